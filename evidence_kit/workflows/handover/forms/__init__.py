"""Forms in which a case leaves for other people's programs; `interop` has the list of them."""
