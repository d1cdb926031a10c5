"""How cells travelled between runbooks, folded, laid out and drawn."""
