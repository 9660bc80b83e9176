"""The guides, and what makes them into pages to print."""
