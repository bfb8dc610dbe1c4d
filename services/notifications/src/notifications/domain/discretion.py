"""What a text message may say: whoever looks over a shoulder must not learn what somebody has."""

import re
from collections.abc import Iterable, Mapping

MOST_CHARACTERS_OF_SIGNPOSTS = 600

# English and Welsh; parts of words, so that "osteoarthritis" and "arthritic" are found too.
_DIAGNOSES = re.compile(
    r"arthrit|osteo|\bknees?\b|\bhips?\b|\bpain(?:s|ful)?\b|\bjoints?\b|diagnos|disease|condition|cancer|diabet|dementia|depress|anxi"
    r"|penglin|pen-glin|\bclun(?:iau)?\b|\bpoen|\bcymal|clefyd|cyflwr|canser|diabet|iselder|gorbryder",
    re.IGNORECASE,
)


def names_a_diagnosis(text: str) -> bool:
    """Whether the text names a condition or a part of the body that hurts, in English or Welsh."""
    return _DIAGNOSES.search(text) is not None


def fit_for_sms(signposts: Iterable[Mapping[str, str | None]]) -> list[Mapping[str, str | None]]:
    """Those signposts, in their order, that name no diagnosis in their title or address and fit into a text message together."""
    fit, used = [], 0
    for signpost in signposts:
        text = f"{signpost['title']} {signpost['url'] or ''}"
        if not names_a_diagnosis(text) and used + len(text) <= MOST_CHARACTERS_OF_SIGNPOSTS:
            fit.append(signpost)
            used += len(text)
    return fit
