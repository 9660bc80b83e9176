"""Which pictures are similar, by which method, and how far apart."""
