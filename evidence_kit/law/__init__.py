"""Provisions and routes as data, each with its source and the day of its check; nothing concludes.

In: facts of a case, as codes. Out: provisions that may be looked at, and whom to turn to.
"""
