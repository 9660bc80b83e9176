"""Identifiers and pictures that several cases of one association have in common.

Lives here: digests under the association's key, the sealed set that holds them, and the search in it.
Comes in: normalised identifiers and PDQ hashes of one case. Goes out: ids of other cases, never a value.
"""
