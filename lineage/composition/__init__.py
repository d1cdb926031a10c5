"""New notebooks from collected cells, and the basket that holds those."""
