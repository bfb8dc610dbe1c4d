"""`./limber docs`: write what is generated from the code."""

import click

from limber_embedded.problem import Problem


@click.command()
def docs() -> None:
    """Write the event schemas, the AsyncAPI and OpenAPI documents, and the README's event table."""
    from limber_embedded.documents import examples, written  # noqa: PLC0415 - the other commands shall not carry pydantic

    if broken := examples.broken_promises():
        raise Problem("\n".join(broken))
    for name in written.write():
        click.echo(f"Written: {name}")
