"""What the person at the terminal reads when something can't be done."""

import click


class Problem(click.ClickException):
    """A sentence that says what is wrong and, where we know it, what to do. Printed without a stack trace; exit code 1."""
