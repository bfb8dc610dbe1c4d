"""NHS numbers: which are believed, and which belong to nobody."""

import re

from nhs_number.validate import is_valid

_TEN_DIGITS = re.compile(r"[0-9]{10}")
# It passes the check-digit rule and is what people type when they have no number.
_PLACEHOLDER = "9876543210"


class NhsNumberError(ValueError):
    """The text is no NHS number. `code` says why, the message says it in a sentence; neither repeats the number."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def parse_nhs_number(text: str) -> str:
    """Return the ten digits of an NHS number written with or without spaces or hyphens; NhsNumberError otherwise."""
    digits = re.sub(r"[\s-]", "", text)
    if not _TEN_DIGITS.fullmatch(digits):
        raise NhsNumberError("nhs_number_format", "The NHS number is not ten digits.")
    if digits == _PLACEHOLDER or len(set(digits)) == 1:
        raise NhsNumberError("nhs_number_placeholder", "The NHS number is a placeholder that belongs to nobody.")
    if not is_valid(digits):
        raise NhsNumberError("nhs_number_check_digit", "The NHS number fails its check digit, so at least one digit is wrong.")
    return digits


def is_synthetic(nhs_number: str) -> bool:
    """Whether the number is from the range that is never issued to a person (it begins with 9)."""
    return nhs_number.startswith("9")


def shown(nhs_number: str) -> str:
    """Return the number as people write it: three digits, three, and four."""
    return f"{nhs_number[:3]} {nhs_number[3:6]} {nhs_number[6:]}"
