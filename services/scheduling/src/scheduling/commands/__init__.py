"""What `python -m scheduling` does without a running system."""
