"""The log: append-only, hash-chained, signed; the only truth of a case.

In: events, and the bytes of a log. Out: signed lines; what a log establishes, and every place where it does not hold.
"""
