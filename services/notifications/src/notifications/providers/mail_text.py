"""An email as it is written on the wire: plain text, UTF-8 only where it is needed.

Written out here because the standard library takes a millisecond of the processor for one; a test has its parser read what this
writes.
"""

import base64
import textwrap
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

REFERENCE_HEADER = "X-Limber-Message"
_LINE = 76
_CRLF = "\r\n"


class UnwritableError(ValueError):
    """A header would not stay one line."""


def write_mail(
    *, reference: str, sender: str, sender_name: str, to: str, subject: str, body: str, language: str | None = None, at: datetime
) -> bytes:
    """Return the message with CRLF line ends. UnwritableError where an address, the reference or the subject has a line break."""
    if any(character in value for value in (reference, sender, sender_name, to, subject) for character in "\r\n\0"):
        msg = "a header of an email can't contain a line break"
        raise UnwritableError(msg)
    lines = [
        f"From: {formataddr((sender_name, sender))}",
        f"To: {to}",
        f"Subject: {subject if subject.isascii() else Header(subject, 'utf-8', header_name='Subject').encode(linesep=_CRLF)}",
        f"Date: {format_datetime(at)}",
        f"Message-ID: <{reference}@{sender.rpartition('@')[2]}>",
        f"{REFERENCE_HEADER}: {reference}",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
    ]
    if language is not None:
        lines.append(f"Content-Language: {language}")
    text = _CRLF.join(body.splitlines()) + _CRLF
    if text.isascii() and all(len(line) <= _LINE * 10 for line in text.splitlines()):
        lines += ['Content-Type: text/plain; charset="us-ascii"', "Content-Transfer-Encoding: 7bit", "", text]
    else:
        encoded = textwrap.wrap(base64.b64encode(text.encode()).decode(), _LINE)
        lines += ['Content-Type: text/plain; charset="utf-8"', "Content-Transfer-Encoding: base64", "", *encoded, ""]
    return _CRLF.join(lines).encode("ascii")
