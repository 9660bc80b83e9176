"""Exact digests, perceptual hashes, and which of them lie near each other."""
