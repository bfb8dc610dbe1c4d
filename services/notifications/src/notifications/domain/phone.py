"""Telephone numbers as people write them, and which of them a text message can reach."""

import hashlib
import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

HOME = "GB"
# Ofcom keeps these for drama; providers use them for tests, and `phonenumbers` calls them invalid.
_DRAMA = re.compile(r"\+447700900\d{3}")
_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def normal(phone: str) -> str | None:
    """The number in E.164 (`+447700900123`), read as a British one unless it says otherwise; None where it can't be one."""
    try:
        number = phonenumbers.parse(phone, HOME)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if phonenumbers.is_possible_number(number) else None


def takes_text(phone: str) -> bool:
    """Whether a text message can reach it: a mobile number, not a landline and not an impossible one."""
    written = normal(phone)
    if written is None:
        return False
    return _DRAMA.fullmatch(written) is not None or phonenumbers.number_type(phonenumbers.parse(written)) in _MOBILE


def number_hash(phone: str) -> str | None:
    """A digest of the number in E.164, by which a reply or a STOP finds its person; None where it can't be a number."""
    written = normal(phone)
    return None if written is None else hashlib.sha256(written.encode()).hexdigest()
