"""The reading that Messenger and Instagram exports share: one company, one exporter.

In: records of JSON, or rows of their pages. Out: messages, events and attachments.
"""
