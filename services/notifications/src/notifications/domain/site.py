"""A site, as scheduling tells it: what people want to know before they set out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from notifications.domain.discretion import names_a_diagnosis

# What a text message holds of it, so that the whole stays within six parts also where it is written in UCS-2.
MOST_CHARACTERS_IN_SMS = 160
_WELSH = "cy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """`sequence` is its version; access features are codes, of which some may not be known here."""

    id: str
    sequence: int
    address: str | None
    what_to_bring: str | None
    parking: str | None
    access_features: tuple[str, ...]


# The Welsh is draft until a translator has signed it. An access feature whose code isn't known here is left out.
_ENGLISH_LABELS = ("Address", "What to bring", "Parking", "Access")
_WELSH_LABELS = ("Cyfeiriad", "Beth i ddod", "Parcio", "Mynediad")
_ENGLISH_ACCESS: Mapping[str, str] = MappingProxyType(
    {
        "step_free": "step-free access",
        "lift": "a lift",
        "accessible_toilet": "an accessible toilet",
        "accessible_parking": "accessible parking",
        "hearing_loop": "a hearing loop",
    }
)
_WELSH_ACCESS: Mapping[str, str] = MappingProxyType(
    {
        "step_free": "mynediad heb risiau",
        "lift": "lifft",
        "accessible_toilet": "toiled hygyrch",
        "accessible_parking": "parcio hygyrch",
        "hearing_loop": "dolen sain",
    }
)


def lines_about(sites: Iterable[Site | None], *, language: str) -> list[str]:
    """A line for each thing that is known of the sites, in the order in which it is needed; none twice."""
    labels, access = (_WELSH_LABELS, _WELSH_ACCESS) if language == _WELSH else (_ENGLISH_LABELS, _ENGLISH_ACCESS)
    lines = []
    for site in sites:
        if site is not None:
            features = ", ".join(access[code] for code in site.access_features if code in access)
            told = zip(labels, (site.address, site.what_to_bring, site.parking, features), strict=True)
            lines += [f"{label}: {' '.join(text.split())}" for label, text in told if text and text.strip()]
    return list(dict.fromkeys(lines))


def lines_for_sms(lines: Sequence[str]) -> list[str]:
    """Those of the lines, as sentences, that fit into a text message together and name no diagnosis."""
    fit, used = [], 0
    for line in lines:
        sentence = line if line.endswith((".", "!", "?")) else f"{line}."
        if used + len(sentence) <= MOST_CHARACTERS_IN_SMS and not names_a_diagnosis(sentence):
            fit.append(sentence)
            used += len(sentence)
    return fit
