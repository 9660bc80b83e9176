"""Conversations read out of the exports that phones and platforms make."""
