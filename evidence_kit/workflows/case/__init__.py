"""Open, read and write one case, and the station it lives in.

In: a case folder, a station, keys, a world (clock, disk, randomness). Out: a `Case` to read, a `CaseWriter` to
commit events with, and what the station remembers of each case.
"""
