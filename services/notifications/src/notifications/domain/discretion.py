"""What a text message may say: whoever looks over a shoulder must not learn what somebody has."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

MOST_CHARACTERS_OF_SIGNPOSTS = 600
# The Welsh is draft until a translator has signed it.
_ANY_SITE: Mapping[str, str] = MappingProxyType({"en": "our venue", "cy": "ein lleoliad"})

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


def without_telling_names(content: Mapping[str, Any], *, language: str) -> dict[str, Any]:
    """What a text message is made from, with a site that is named after a condition called what any other could be called."""
    elsewhere = _ANY_SITE.get(language, "our venue")

    def discreet(name: str | None) -> str | None:
        return elsewhere if name is not None and names_a_diagnosis(name) else name

    told = dict(content)
    if "site_name" in told:
        told["site_name"] = discreet(told["site_name"])
    if "changes" in told:
        told["changes"] = [{**change, "at": discreet(change.get("at"))} for change in told["changes"]]
    return told
