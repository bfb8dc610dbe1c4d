"""`python -m notifications [serve|migrate|replay]`."""

from notifications.main import main

main()
