"""Exact digests, perceptual hashes, and which of them lie near each other.

In: bytes, or pixels. Out: digests of all of them, hashes of how they look, pairs that lie near.
"""
