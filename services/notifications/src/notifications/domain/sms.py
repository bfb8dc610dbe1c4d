"""How long a text message is, as the networks count."""

MAX_CHARACTERS = 918

_GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENSION = frozenset("\f^{}\\[~]|€")

_GSM_ALONE = 160
_GSM_PART = 153
_UCS2_ALONE = 70
_UCS2_PART = 67


def parts(text: str) -> int:
    """The number of parts it is sent in: GSM-7 where every character allows it, otherwise UCS-2. Empty text is one part.

    An extension character and its escape, and the halves of a surrogate pair, stay in one part.
    """
    if all(character in _GSM_BASIC or character in _GSM_EXTENSION for character in text):
        return _count([2 if character in _GSM_EXTENSION else 1 for character in text], alone=_GSM_ALONE, part=_GSM_PART)
    return _count([len(character.encode("utf-16-be")) // 2 for character in text], alone=_UCS2_ALONE, part=_UCS2_PART)


def is_too_long(text: str) -> bool:
    """Whether it has more than 918 characters, which providers refuse."""
    return len(text) > MAX_CHARACTERS


def _count(widths: list[int], *, alone: int, part: int) -> int:
    if sum(widths) <= alone:
        return 1
    number, used = 1, 0
    for width in widths:
        if used + width > part:
            number, used = number + 1, 0
        used += width
    return number
