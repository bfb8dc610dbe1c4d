"""The rules: instruments, time points, change and signposting. Standard library only."""
