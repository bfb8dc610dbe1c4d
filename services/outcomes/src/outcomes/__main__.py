"""`python -m outcomes [serve|migrate|replay]`."""

from outcomes.main import main

main()
