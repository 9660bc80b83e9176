"""Turn the contents of a case into papers: one language-free dossier, drawn as PDF in three languages."""
