"""What Messenger and Instagram exports share: one company, one exporter."""
