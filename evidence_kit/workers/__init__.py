"""Runs a named function in an isolated process that holds no keys.

In: a name, JSON, and bytes or a file. Out: JSON, or why there is none; within limits of time and memory.
"""
