"""An email as it is written on the wire: plain text, the same as HTML, and calendars.

Written out here because the standard library takes a millisecond of the processor for one; a test has its parser read what this
writes.
"""

import base64
import textwrap
from collections.abc import Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from notifications.use_cases.provider import Letter

REFERENCE_HEADER = "X-Limber-Message"
_LINE = 76
_CRLF = "\r\n"


class UnwritableError(ValueError):
    """A header would not stay one line."""


def write_mail(*, letter: Letter, sender: str, sender_name: str, at: datetime) -> bytes:
    """Return the message with CRLF line ends. UnwritableError where an address, the reference or the subject has a line break."""
    subject = letter.words.subject or ""
    if any(character in value for value in (sender, sender_name, letter.to, subject) for character in "\r\n\0"):
        msg = "a header of an email can't contain a line break"
        raise UnwritableError(msg)
    lines = [
        f"From: {formataddr((sender_name, sender))}",
        f"To: {letter.to}",
        f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8', header_name='Subject').encode(linesep=_CRLF)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{letter.reference}@{sender.rpartition('@')[2]}>",
        f"{REFERENCE_HEADER}: {letter.reference}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
    ]
    if letter.unsubscribe is not None:
        # RFC 8058: a mail program shows a button that posts to the address.
        lines += [f"List-Unsubscribe: <{letter.unsubscribe}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    return _CRLF.join([*lines, *_content(letter)]).encode("ascii")


def _content(letter: Letter) -> list[str]:
    words = letter.words
    text = _text(words.body)
    if words.html is None:
        return text
    # In base64 no line begins with a hyphen, so the boundary can't stand in a part.
    alternatives = [text, _encoded('text/html; charset="utf-8"', words.html)]
    if not words.calendars:
        return _multipart("alternative", alternatives, boundary=f"a-{letter.reference}")
    # A calendar program takes the first as an invitation; readers without one open the attachments.
    first = words.calendars[0]
    alternatives.append(_encoded(f'text/calendar; charset="utf-8"; method={first.method}', first.text))
    attached = [
        _encoded(
            f'text/calendar; charset="utf-8"; method={calendar.method}; name="sessions-{number}.ics"',
            calendar.text,
            f'Content-Disposition: attachment; filename="sessions-{number}.ics"',
        )
        for number, calendar in enumerate(words.calendars, start=1)
    ]
    inner = _multipart("alternative", alternatives, boundary=f"a-{letter.reference}")
    return _multipart("mixed", [inner, *attached], boundary=f"m-{letter.reference}")


def _text(body: str) -> list[str]:
    text = _CRLF.join(body.splitlines()) + _CRLF
    if text.isascii() and all(len(line) <= _LINE * 10 for line in text.splitlines()):
        return ['Content-Type: text/plain; charset="us-ascii"', "Content-Transfer-Encoding: 7bit", "", text]
    return _encoded('text/plain; charset="utf-8"', text)


def _encoded(content_type: str, text: str, *headers: str) -> list[str]:
    encoded = textwrap.wrap(base64.b64encode(text.encode()).decode(), _LINE)
    return [f"Content-Type: {content_type}", "Content-Transfer-Encoding: base64", *headers, "", *encoded, ""]


def _multipart(kind: str, parts: Sequence[Sequence[str]], *, boundary: str) -> list[str]:
    lines = [f'Content-Type: multipart/{kind}; boundary="{boundary}"', ""]
    for part in parts:
        lines += [f"--{boundary}", *part]
    return [*lines, f"--{boundary}--", ""]
