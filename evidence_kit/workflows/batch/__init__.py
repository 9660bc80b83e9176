"""Many cases from one file: read it, check it, carry it out line by line, and take it up again where it stopped."""
