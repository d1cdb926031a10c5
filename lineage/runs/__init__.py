"""Templates and their runs: who is one, what a run did otherwise, the page."""
