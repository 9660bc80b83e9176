"""The verbs as generators of outcomes, free of the terminal.

In: a case or a station, and what a person decided. Out: outcomes, one an item, and errors by name.
"""
