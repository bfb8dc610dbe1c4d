"""The README's table of events, between two markers."""

from event_contracts.catalogue import EVENT_TYPES

BEGIN = "<!-- events: written by ./limber docs -->"
END = "<!-- end of events -->"


class MarkersMissingError(ValueError):
    """The text has no place for the table."""


def with_event_table(text: str) -> str:
    """Return the text with what stands between the markers replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise MarkersMissingError(f"README.md needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{event_table()}\n\n{END}{after}"


def event_table() -> str:
    """Return one row per type of event."""
    rows = []
    for one in EVENT_TYPES:
        name = f"[`{one.type}`](docs/events/schemas/{one.type}.json)"
        readers = ", ".join(one.readers) or "nobody yet"
        rows.append(f"| {name} | {one.meaning} | {one.publisher} | {readers} | {one.stream} |")
    return "\n".join(["| event | says | from | to | stream |", "|---|---|---|---|---|", *rows])
