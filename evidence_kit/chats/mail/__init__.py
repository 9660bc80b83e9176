"""The reading of headers and bodies that the mail formats share.

What the headers say is given as they say it: who received it from whom, and what a server says it found out
about the sender. Neither is a proof; the lowest `Received` lines are whatever the sender wrote.

In: the bytes of one mail. Out: its headers, texts and attached files, as parts of messages.
"""
