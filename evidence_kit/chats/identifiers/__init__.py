"""Names of persons, accounts and money, found in the texts of messages.

Every finding has its position in the text, how sure it is, how it was found, and what was assumed. A finding
is a lead, never a proof: numbers are mistyped, borrowed, and made up.

In: the text of a message, and the region of its numbers. Out: names, accounts, addresses and sums with their places.
"""
