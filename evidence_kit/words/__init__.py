"""Every sentence a person sees, one catalogue per language."""
