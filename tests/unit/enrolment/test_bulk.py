"""A file of nominations, before anything is done with it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.bulk import COLUMNS, MOST_ROWS, TEMPLATE, FileRefusedError, read_file

HEADER = "nomination_id,given_name,family_name,email"


def refused(data: bytes) -> str:
    with pytest.raises(FileRefusedError) as error:
        read_file(data)
    return error.value.reason.code


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_comes_is_read_or_refused_in_words(data: bytes) -> None:
    try:
        said = f"{len(read_file(data))} lines."
    except FileRefusedError as error:
        said = str(error)
    assert said.endswith(".")


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=4, max_size=4),
        min_size=1,
    )
)
def test_what_a_spreadsheet_writes_is_read_as_it_was(rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([HEADER.split(","), *rows])
    filled = [{name: cell.strip() for name, cell in zip(HEADER.split(","), row, strict=True) if cell.strip()} for row in rows]
    wanted = [row for row in filled if row]
    if not wanted:
        assert refused(text.getvalue().encode()) == "no_rows"
    else:
        assert [line.cells for line in read_file(text.getvalue().encode())] == wanted


def test_a_line_is_counted_as_an_editor_counts() -> None:
    lines = read_file(f'{HEADER}\nn-1,"Ann\nMarie",B,c@example.org\n\nn-2,A,B,d@example.org\n'.encode())
    assert [line.number for line in lines] == [2, 5]


def test_a_line_with_other_cells_than_the_header_is_wrong_and_the_others_are_not() -> None:
    lines = read_file(f"{HEADER}\nn-1,A,B\nn-2,A,B,c@example.org\n".encode())
    assert [line.wrong.code if line.wrong else None for line in lines] == ["cell_count", None]


def test_ten_thousand_lines_are_taken_and_one_more_is_refused() -> None:
    line = "n-{},A,B,c@example.org\n"
    full = f"{HEADER}\n" + "".join(line.format(number) for number in range(MOST_ROWS))
    assert len(read_file(full.encode())) == MOST_ROWS
    assert refused((full + line.format("more")).encode()) == "too_many_rows"


def test_what_is_no_text_is_refused() -> None:
    assert refused(b"PK\x03\x04\xff\xfe") == "not_utf_8"
    assert refused(f"{HEADER}\n\x00".encode()) == "not_text"


def test_the_template_has_every_column_and_no_line() -> None:
    assert TEMPLATE.strip().split(",") == list(COLUMNS)
    assert refused(TEMPLATE.encode()) == "no_rows"
