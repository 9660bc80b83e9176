"""One module for each format of a chat export; none knows another.

In: the first bytes and the name of a file, then its bytes. Out: how surely the format is this one; the entries of the
file.
"""
