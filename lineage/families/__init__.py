"""All copies of a cell: where they are, where they come from, what stands beside them."""
