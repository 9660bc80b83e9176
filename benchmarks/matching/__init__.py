"""How well pictures are found again: sources, attacks, and what each method makes of them."""
