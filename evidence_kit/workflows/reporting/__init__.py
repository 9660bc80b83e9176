"""Bring the contents of a case into a dossier, and write it as papers: for the lawyer, the court, the archive.

`collect` reads, `files` makes the bytes, `make` writes them where a person said and records it.
"""
