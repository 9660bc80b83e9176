"""Check cases and archives, and compare two logs.

In: a path, and whatever fixes a log from outside (a receipt code, trusted keys). Out: findings and one verdict;
nothing is ever written.
"""
