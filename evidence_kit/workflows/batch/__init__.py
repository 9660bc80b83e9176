"""Many cases from one file: read it, check it, carry it out line by line, and take it up again where it stopped.

In: a file of lines, and the station. Out: the outcome of every step, and a report that takes it up again.
"""
