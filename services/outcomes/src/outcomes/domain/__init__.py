"""The rules: instruments, time points, change and signposting. Standard library, and SciPy's quantiles for reports."""
