"""What notifications does: one module per thing that can happen."""
