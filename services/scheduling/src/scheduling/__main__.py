"""`python -m scheduling`."""

from scheduling.main import main

main()
