"""What a person means by a text message to us."""

import re
from enum import StrEnum

MEANINGFUL = 40


class Word(StrEnum):
    """The words that we read; everything else is for a person to read."""

    STOP = "stop"
    START = "start"
    YES = "yes"
    NO = "no"
    HELP = "help"


# English and Welsh. The Welsh words are draft until a translator has signed them.
_WORDS = {
    Word.STOP: ("stop", "stopall", "unsubscribe", "end", "quit", "stopio", "peidiwch", "rhoi'r gorau"),
    Word.START: ("start", "unstop", "dechrau", "cychwyn"),
    Word.YES: ("yes", "y", "yes please", "ok", "okay", "ie", "ydw", "ydy", "iawn", "oes", "cytuno"),
    Word.NO: ("no", "n", "no thanks", "no thank you", "na", "nac ydw", "nage", "dim diolch"),
    Word.HELP: ("help", "info", "cymorth", "helpwch"),
}
_MEANING = {words: word for word, forms in _WORDS.items() for words in forms}
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def read_reply(text: str) -> Word | None:
    """The word that the whole text is, whatever its case and the punctuation around it; None where it says anything else.

    "Stop" at the beginning of a short text counts too: a person who is not sure how to stop must be able to.
    """
    said = " ".join(_EDGES.sub("", text.replace("\u2019", "'")).lower().split())
    meaning = _MEANING.get(said)
    if meaning is None and len(said) <= MEANINGFUL and re.match(r"(?:please )?stop\b", said):
        return Word.STOP
    return meaning
