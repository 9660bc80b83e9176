"""The log: append-only, hash-chained, signed; the only truth of a case."""
