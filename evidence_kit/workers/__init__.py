"""Runs a named function in an isolated process that holds no keys."""
