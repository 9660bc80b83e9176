"""Builds the folder that starts by a double-click, with its own Python, from locked wheels; see `__main__`."""
