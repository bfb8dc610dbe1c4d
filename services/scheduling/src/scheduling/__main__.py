"""`python -m scheduling`."""

import sys

if sys.argv[1:2] == ["plan"]:
    from scheduling.commands.plan import plan

    plan(sys.argv[2:])
else:
    from scheduling.main import main

    main()
