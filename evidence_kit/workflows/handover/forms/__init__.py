"""Forms in which a case leaves for other people's programs: each module here with a `FORM` is one; no list names it.

In: the items and events that may leave. Out: one file in the form of another program.
"""
