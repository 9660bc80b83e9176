"""Turn the contents of a case into papers: one language-free dossier, drawn as PDF in three languages.

In: a dossier in no language. Out: blocks, pages and PDF in the language of whoever reads.
"""
