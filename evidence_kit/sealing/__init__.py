"""The archive that leaves the house: writing it, and checking one.

In: items, a plan, and a passphrase; or an archive. Out: an archive with its letters; or the findings in one.
"""
