"""Bring the contents of a case into a dossier, and write it as papers: for the lawyer, the court, the archive.

`collect` reads, `files` makes the bytes, `make` writes them where a person said and records it.

In: an opened case, and for whom. Out: a dossier, its papers, and the event that records them.
"""
