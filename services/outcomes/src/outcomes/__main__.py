"""`python -m outcomes [serve|migrate|replay|openapi|score]`."""

import sys

if sys.argv[1:2] == ["score"]:
    from outcomes.commands.score import main  # needs no settings and no database
else:
    from outcomes.main import main

main()
