"""Forms in which a case leaves for other people's programs: each module here with a `FORM` is one; no list names it."""
