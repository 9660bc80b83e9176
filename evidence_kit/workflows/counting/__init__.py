"""Counts over the cases of a station, one class of each a dimension, told once a period.

Lives here: the classes that a case falls in, the walk over all cases, the memory of periods that were told.
Comes in: unlocked cases, one after another. Goes out: a release, which names none of them.
"""
