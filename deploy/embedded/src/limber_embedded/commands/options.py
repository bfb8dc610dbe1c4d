"""Options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from limber_embedded.home import DEFAULT_HOME

home_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--home",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_HOME,
    envvar="LIMBER_HOME",
    help="The folder that holds the data. Default: .limber/home in the checkout.",
)
json_option: Callable[[Callable[..., Any]], Callable[..., Any]] = click.option(
    "--json", "as_json", is_flag=True, help="For programs."
)
