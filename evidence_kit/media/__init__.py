"""Readers of pictures, sound, film and documents; they run inside workers only.

In: the bytes of a file, and its type. Out: facts as JSON, and problems; never an exception.
"""
