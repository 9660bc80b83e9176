"""One module for each format of a chat export; none knows another."""
