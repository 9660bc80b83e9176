"""Understood parts of a file: language, and sound looked at to its end; only these are copied in a minor's case.

In: the bytes of a file. Out: the same written anew of what is understood, and spans of the rest.
"""
