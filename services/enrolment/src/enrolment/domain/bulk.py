"""A file of nominations: its columns, its lines, and what is wrong with it as a whole."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from enrolment.domain.nominations import health_fields, health_refused
from enrolment.domain.reason import Reason

COLUMNS = (
    "nomination_id",
    "given_name",
    "family_name",
    "birth_date",
    "email",
    "phone",
    "postcode",
    "language",
    "programme",
    "preferred_site",
)
REQUIRED_COLUMNS = ("nomination_id", "given_name", "family_name")
MOST_ROWS = 10_000
TEMPLATE = ",".join(COLUMNS) + "\r\n"
_LONGEST_CELL = 1_000


class FileRefusedError(ValueError):
    """The whole file is refused, nothing of it is taken; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the file after the header: its number as an editor counts, and its cells; or what is wrong with it."""

    number: int
    cells: dict[str, str]
    wrong: Reason | None = None


def read_file(data: bytes) -> list[Line]:
    """Read a CSV file (UTF-8; commas or semicolons, as spreadsheets write them); FileRefusedError if it can't be taken at all."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError(Reason("not_utf_8", "The file is not UTF-8 text. Save it as “CSV UTF-8”.")) from None
    if "\x00" in text:
        raise FileRefusedError(Reason("not_text", "The file holds characters that are no text."))
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        _check(header)
        lines: list[Line] = []
        number = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(_line(number, header, cells))
            number = reader.line_num + 1
            if len(lines) > MOST_ROWS:
                reason = Reason("too_many_rows", f"A file may have {MOST_ROWS:,} lines after the header. Split it.")
                raise FileRefusedError(reason)
    except csv.Error:
        text = f"The file is not CSV from line {reader.line_num} on: a quotation mark is not closed, or stands inside a cell."
        raise FileRefusedError(Reason("not_csv", text)) from None
    if not lines:
        raise FileRefusedError(Reason("no_rows", "The file has no lines after the header."))
    return lines


def _check(header: Sequence[str]) -> None:
    refused = health_fields(header)
    if refused:
        raise FileRefusedError(health_refused(refused[0]))
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        text = f"The column {unknown[0][:60]!r} is not one of {', '.join(COLUMNS)}. Columns that nobody reads are not taken."
        raise FileRefusedError(Reason("unknown_column", text, unknown[0][:60]))
    if len(set(header)) != len(header):
        raise FileRefusedError(Reason("column_twice", "A column stands twice in the header."))
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if missing:
        raise FileRefusedError(Reason("column_missing", f"The column {missing[0]} is missing.", missing[0]))


def _line(number: int, header: Sequence[str], cells: Sequence[str]) -> Line:
    if len(cells) != len(header):
        text = f"The line has {len(cells)} cells, the header has {len(header)}."
        return Line(number=number, cells={}, wrong=Reason("cell_count", text))
    found = {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
    too_long = [name for name, cell in found.items() if len(cell) > _LONGEST_CELL]
    if too_long:
        wrong = Reason("cell_too_long", f"The cell {too_long[0]} has more than {_LONGEST_CELL} characters.", too_long[0])
        return Line(number=number, cells={}, wrong=wrong)
    return Line(number=number, cells=found)
