"""Preserves evidence for people who are blackmailed online."""
