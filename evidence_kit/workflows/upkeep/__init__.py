"""Look after cases: tidy plain copies, back up, destroy.

In: a `CaseWriter` and a decision somebody made. Out: outcomes for each file, and the event that records them.
"""
