"""The reading that Messenger and Instagram exports share: one company, one exporter."""
