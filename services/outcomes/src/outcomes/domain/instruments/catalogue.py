"""Every instrument there is, and which of them a person is asked."""

from collections.abc import Mapping, Sequence

from outcomes.domain.instruments.activity import ACTIVITY
from outcomes.domain.instruments.chair_stand import CHAIR_STAND
from outcomes.domain.instruments.eq_5d_5l import EQ_5D_5L
from outcomes.domain.instruments.hads import HADS
from outcomes.domain.instruments.hoos import HOOS
from outcomes.domain.instruments.hoos_12 import HOOS_12
from outcomes.domain.instruments.instrument import Answers, Instrument, Score, WrongAnswersError
from outcomes.domain.instruments.koos import KOOS
from outcomes.domain.instruments.koos_12 import KOOS_12
from outcomes.domain.instruments.msk_hq import MSK_HQ
from outcomes.domain.instruments.pain_nrs import PAIN_NRS
from outcomes.domain.instruments.pam import PAM
from outcomes.domain.instruments.physical_short_form import HOOS_PS, KOOS_PS
from outcomes.domain.instruments.resource_use import RESOURCE_USE
from outcomes.domain.instruments.wellbeing import SWEMWBS, WEMWBS

INSTRUMENTS: Mapping[str, Instrument] = {
    instrument.code: instrument
    for instrument in (
        PAIN_NRS,
        KOOS_12,
        HOOS_12,
        ACTIVITY,
        CHAIR_STAND,
        KOOS,
        HOOS,
        KOOS_PS,
        HOOS_PS,
        SWEMWBS,
        WEMWBS,
        EQ_5D_5L,
        HADS,
        MSK_HQ,
        PAM,
        RESOURCE_USE,
    )
}
OF_JOINT: Mapping[str, Instrument] = {"knee": KOOS_12, "hip": HOOS_12}


class UnknownInstrumentError(LookupError):
    """No instrument has this code."""


def instrument_of(code: str) -> Instrument:
    """The instrument of this code, or UnknownInstrumentError naming the codes there are."""
    found = INSTRUMENTS.get(code)
    if found is None and code.upper() == "WOMAC":
        raise UnknownInstrumentError("The WOMAC is derived, never asked: score KOOS or HOOS, which print it too.")
    if found is None:
        raise UnknownInstrumentError(f"There is no instrument {code[:40]!r}; there are {', '.join(INSTRUMENTS)}.")
    return found


def pack_for(*, joints: Sequence[str], also: Sequence[str] = ()) -> tuple[str, ...]:
    """The codes asked of a person: pain, KOOS-12 or HOOS-12 or both, activity, what is `also` asked, and chair stand.

    Unknown joints add none.
    """
    of_joints = (OF_JOINT[joint].code for joint in sorted(set(joints), reverse=True) if joint in OF_JOINT)
    return tuple(dict.fromkeys((PAIN_NRS.code, *of_joints, ACTIVITY.code, *also, CHAIR_STAND.code)))


def wrong_answers(answers: Mapping[str, Mapping[str, object]], *, asked: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Everything wrong with a questionnaire's answers, as ("instrument.item", sentence) pairs."""
    found: list[tuple[str, str]] = []
    for code, given in answers.items():
        if code not in asked:
            found.append((code, f"{code[:40]} is not part of this questionnaire; it asks {', '.join(asked)}."))
            continue
        found.extend((f"{code}.{item_id}", sentence) for item_id, sentence in instrument_of(code).problems(given))
    if not any(answers.values()):
        found.append(("answers", "Answer at least one question."))
    return tuple(found)


def score_all(answers: Mapping[str, Answers], *, asked: Sequence[str]) -> tuple[Score, ...]:
    """The scores of a questionnaire, instrument by instrument as asked; raises WrongAnswersError naming each wrong answer."""
    if problems := wrong_answers(answers, asked=asked):
        raise WrongAnswersError(problems)
    return tuple(score for code in asked for score in instrument_of(code).score(answers.get(code, {})))
