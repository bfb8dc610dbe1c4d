"""Who a text message to us is from, and what it decides: something only where there is no doubt."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from notifications.domain.replies import Word


class Doubt(StrEnum):
    """Why a reply is for a member of staff to read."""

    OTHER_WORDS = "other_words"
    UNKNOWN_NUMBER = "unknown_number"
    SHARED_PHONE = "shared_phone"
    SEVERAL_OFFERS = "several_offers"
    NO_OFFER = "no_offer"
    ASKS_FOR_HELP = "asks_for_help"

    @property
    def meaning(self) -> str:
        """The doubt as a sentence."""
        return _MEANINGS[self]


_MEANINGS = {
    Doubt.OTHER_WORDS: "It says something other than YES, NO, STOP, START or HELP.",
    Doubt.UNKNOWN_NUMBER: "Nobody we write to has this number.",
    Doubt.SHARED_PHONE: "Several people share this phone.",
    Doubt.SEVERAL_OFFERS: "The person has more than one open offer.",
    Doubt.ASKS_FOR_HELP: "The person asks for help.",
    Doubt.NO_OFFER: "The person has no open offer to answer.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a reply decides: the word, of these people, about this place where it answers an offer. A `doubt` makes it staff's."""

    word: Word | None
    participants: tuple[UUID, ...]
    place_id: UUID | None = None
    doubt: Doubt | None = None


def meaning_of(*, word: Word | None, people: Sequence[UUID], open_offers: Sequence[UUID]) -> Meaning:
    """Decide what a reply means. `people` have the number that it came from, `open_offers` are places offered to any of them.

    STOP and START are about the number, so they need no certainty about the person. YES and NO need one person with one offer;
    HELP always also goes to staff, because it asks for a human being.
    """
    everybody = tuple(people)
    if word in (Word.STOP, Word.START):
        return Meaning(word=word, participants=everybody)
    doubt = _doubt(word=word, people=people, open_offers=open_offers)
    if word is None or doubt in (Doubt.UNKNOWN_NUMBER, Doubt.SHARED_PHONE):
        return Meaning(word=None, participants=everybody, doubt=doubt)
    if word is Word.HELP:
        return Meaning(word=word, participants=everybody, doubt=Doubt.ASKS_FOR_HELP)
    if doubt is not None:
        return Meaning(word=None, participants=everybody, doubt=doubt)
    return Meaning(word=word, participants=everybody, place_id=open_offers[0])


def _doubt(*, word: Word | None, people: Sequence[UUID], open_offers: Sequence[UUID]) -> Doubt | None:
    if not people:
        return Doubt.UNKNOWN_NUMBER
    if len(people) > 1:
        return Doubt.SHARED_PHONE
    if word is None:
        return Doubt.OTHER_WORDS
    if not open_offers:
        return Doubt.NO_OFFER
    return Doubt.SEVERAL_OFFERS if len(open_offers) > 1 else None
