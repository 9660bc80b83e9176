"""The verbs as generators of outcomes, free of the terminal."""
