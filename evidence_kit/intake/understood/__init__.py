"""What of a file is understood: language, and sound looked at to its end; only that is copied in a minor's case."""
