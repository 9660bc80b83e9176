"""Faults of every kind while evidence is taken in: nothing that was acknowledged may be missing afterwards."""
