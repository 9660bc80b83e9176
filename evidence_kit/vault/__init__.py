"""The encrypted bytes of a case and the folder they lie in.

In: bytes, and the recipient they are encrypted for. Out: files that are there whole or not at all, and their places.
"""
