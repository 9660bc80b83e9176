"""Read the contents of a case: items, conversations, identifiers, threats, similar pictures.

In: an unlocked `Case`. Out: rows and records for a screen, a table or a report; at most an event that says that
somebody looked.
"""
