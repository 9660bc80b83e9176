"""Which pictures are similar, by which method, and how far apart.

In: pixels and features of pictures. Out: pairs with method, numbers and level; what was not compared, and why.
"""
