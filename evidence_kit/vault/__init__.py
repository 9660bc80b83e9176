"""The encrypted bytes of a case and the folder they lie in."""
