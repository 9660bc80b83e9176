"""Understood parts of a file: language, and sound looked at to its end; only these are copied in a minor's case."""
