"""Take sources into a case: walk, read once, encrypt, describe, commit.

In: paths and facts about how they came here. Out: one outcome for each file or member (kept, known, witnessed,
refused), each already committed to the log when it is yielded.
"""
