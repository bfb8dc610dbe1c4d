"""HOOS: hip disability and osteoarthritis outcome score, 40 items, five subscales from 0 (worst) to 100 (best).

Source: Nilsdotter et al., BMC Musculoskelet Disord 2003;4:10, scored after the user's guide (`full_form`). Pain 10 items,
symptoms 5, daily living 17, sport 4, quality of life 4; needed for a score: 5, 3, 9, 2 and 2. WOMAC LK3.1 derived: pain P4-P8,
stiffness S4+S5, function A1-A17. The official wording is not shipped.
"""

from outcomes.domain.instruments import full_form
from outcomes.domain.instruments.full_form import Subscale, item_ids
from outcomes.domain.instruments.instrument import Answers, Instrument, Score

CODE = "HOOS"
VERSION = "1"
PARTS = {
    "pain": Subscale(item_ids=item_ids("P", 10), least_answered=5),
    "symptoms": Subscale(item_ids=item_ids("S", 5), least_answered=3),
    "adl": Subscale(item_ids=item_ids("A", 17), least_answered=9),
    "sport": Subscale(item_ids=item_ids("SP", 4), least_answered=2),
    "quality_of_life": Subscale(item_ids=item_ids("Q", 4), least_answered=2),
}
WOMAC = {
    "womac_lk31_pain": ("P4", "P5", "P6", "P7", "P8"),
    "womac_lk31_stiffness": ("S4", "S5"),
    "womac_lk31_function": full_form.FUNCTION,
}


def score(answers: Answers) -> tuple[Score, ...]:
    """Pain, symptoms, daily living, sport and quality of life, 0 (worst) to 100 (best), and the derived WOMAC (raw)."""
    return full_form.score(code=CODE, version=VERSION, parts=PARTS, womac=WOMAC, answers=answers)


HOOS = Instrument(
    code=CODE,
    title="Your hip, in full",
    version=VERSION,
    source="Nilsdotter et al., BMC Musculoskelet Disord 2003;4:10",
    licence=full_form.LICENCE,
    items=full_form.items(
        {
            "S": ("grinding or clicking", "legs apart", "striding out", "stiffness, morning", "stiffness, later"),
            "P": (
                "hip pain: how often",
                "hip pain: straightening",
                "hip pain: bending",
                "hip pain: walking on the flat",
                "hip pain: stairs",
                "hip pain: in bed",
                "hip pain: sitting or lying",
                "hip pain: standing",
                "hip pain: walking on a hard surface",
                "hip pain: walking on uneven ground",
            ),
            "A": tuple(f"difficulty: {label}" for label in full_form.DAILY_LIVING),
            "SP": tuple(
                f"difficulty: {label}" for label in ("squatting", "running", "turning on the leg", "walking on uneven ground")
            ),
            "Q": tuple(f"quality of life: {label}" for label in full_form.QUALITY_OF_LIFE),
        }
    ),
    scales=full_form.scales(WOMAC),
    compute=score,
    missing_rule=full_form.missing_rule(PARTS),
)
