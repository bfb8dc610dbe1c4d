"""Emails as they go over the wire, read back by the standard library's parser."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.providers.mail_text import UnwritableError, write_mail

AT = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])).map(str.strip)


def written(
    *, subject: str = "A subject", body: str = "Hello", to: str = "mary@example.org", sender_name: str = "Limber"
) -> bytes:
    return write_mail(
        reference="r-1", sender="limber@example.org", sender_name=sender_name, to=to, subject=subject, body=body, at=AT
    )


@given(LINES, st.lists(LINES, min_size=1))
def test_subject_and_text_arrive_as_they_were_written(subject: str, lines: list[str]) -> None:
    body = "\n".join(lines)
    mail = message_from_bytes(written(subject=subject, body=body), policy=policy.default)
    assert mail.defects == []
    assert " ".join(str(mail["Subject"]).split()) == " ".join(subject.split())
    assert mail.get_content().splitlines() == (body or "\n").splitlines() or mail.get_content().strip() == body.strip()


def test_the_headers_say_whose_it_is_and_which() -> None:
    mail = message_from_bytes(written(), policy=policy.default)
    assert mail["X-Limber-Message"] == "r-1"
    assert mail["Message-ID"] == "<r-1@example.org>"
    assert mail["From"] == "Limber <limber@example.org>"
    assert mail["To"] == "mary@example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == AT


@pytest.mark.parametrize("body", ["Hello\n.\nBye", "ŵ" * 3000, "a" * 5000])
def test_every_line_on_the_wire_is_short_ascii_with_proper_ends(body: str) -> None:
    wire = written(subject="Tŷ Gwyn " * 30, body=body)
    assert wire.isascii()
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))
    assert wire.count(b"\n") == wire.count(b"\r\n")


@pytest.mark.parametrize("field", ["subject", "to", "sender_name"])
def test_a_line_break_in_a_header_is_refused(field: str) -> None:
    with pytest.raises(UnwritableError):
        written(**{field: "x\r\nBcc: somebody@example.org"})
