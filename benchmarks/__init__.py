"""Benchmarks: one script a claim, beside its peers, ratios in one run."""
