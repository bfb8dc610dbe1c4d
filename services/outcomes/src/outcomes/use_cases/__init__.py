"""One module per thing that can happen."""
