"""Readers of pictures, sound, film and documents; they run inside workers only."""
