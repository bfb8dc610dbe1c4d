"""What the service does as a process that serves nobody: `python -m outcomes score`."""
