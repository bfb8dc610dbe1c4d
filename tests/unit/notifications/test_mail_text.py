"""Emails as they go over the wire, read back by the standard library's parser."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.providers.mail_text import UnwritableError, write_mail
from notifications.use_cases.provider import Calendar, Letter, Words

AT = datetime(2026, 12, 7, 10, 0, tzinfo=UTC)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"])).map(str.strip)


REFERENCE = UUID(int=1)


def written(
    *,
    subject: str = "A subject",
    body: str = "Hello",
    to: str = "mary@example.org",
    sender_name: str = "Limber",
    html: str | None = None,
    calendars: tuple[Calendar, ...] = (),
    unsubscribe: str | None = None,
) -> bytes:
    words = Words(subject=subject, body=body, html=html, calendars=calendars)
    letter = Letter(reference=REFERENCE, to=to, words=words, unsubscribe=unsubscribe)
    return write_mail(letter=letter, sender="limber@example.org", sender_name=sender_name, at=AT)


@given(LINES, st.lists(LINES, min_size=1))
def test_subject_and_text_arrive_as_they_were_written(subject: str, lines: list[str]) -> None:
    body = "\n".join(lines)
    mail = message_from_bytes(written(subject=subject, body=body), policy=policy.default)
    assert mail.defects == []
    assert " ".join(str(mail["Subject"]).split()) == " ".join(subject.split())
    assert mail.get_content().splitlines() == (body or "\n").splitlines() or mail.get_content().strip() == body.strip()


def test_the_headers_say_whose_it_is_and_which() -> None:
    mail = message_from_bytes(written(), policy=policy.default)
    assert mail["X-Limber-Message"] == str(REFERENCE)
    assert mail["Message-ID"] == f"<{REFERENCE}@example.org>"
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
        written(**{field: "x\r\nBcc: somebody@example.org"})  # type: ignore[arg-type]  # one of the fields that are text


def parts(wire: bytes) -> list[EmailMessage]:
    mail = message_from_bytes(wire, policy=policy.default)
    assert mail.defects == []
    return [part for part in mail.walk() if not part.is_multipart()]


def test_an_email_with_html_has_the_text_first_so_that_the_best_a_reader_can_show_comes_last() -> None:
    text, html = parts(written(body="Hello Siân", html="<p>Hello Siân</p>"))
    assert (text.get_content_type(), text.get_content().strip()) == ("text/plain", "Hello Siân")
    assert (html.get_content_type(), html.get_content().strip()) == ("text/html", "<p>Hello Siân</p>")


def test_a_calendar_is_an_invitation_and_an_attachment_and_others_are_attachments() -> None:
    calendars = (Calendar("REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), Calendar("CANCEL", "BEGIN:VCALENDAR\r\n"))
    wire = written(html="<p>Hello</p>", calendars=calendars)
    _, _, inline, first, second = parts(wire)
    assert [part.get_content_type() for part in (inline, first, second)] == ["text/calendar"] * 3
    assert (inline.get_param("method"), inline.get_filename()) == ("REQUEST", None)
    assert (first.get_filename(), second.get_filename()) == ("sessions-1.ics", "sessions-2.ics")
    assert second.get_param("method") == "CANCEL"
    assert all(len(line) <= 998 for line in wire.split(b"\r\n"))


def test_an_email_that_a_person_may_do_without_says_where_to_post_that() -> None:
    address = "https://limber.example.org/notifications/unsubscribe/abc"
    mail = message_from_bytes(written(unsubscribe=address), policy=policy.default)
    assert mail["List-Unsubscribe"] == f"<{address}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in message_from_bytes(written(), policy=policy.default)
