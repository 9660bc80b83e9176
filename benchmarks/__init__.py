"""One script a claim, side by side with its peers."""
