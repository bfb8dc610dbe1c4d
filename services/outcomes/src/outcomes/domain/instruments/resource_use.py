"""A short resource-use form: care for the joint in the last 6 months, for the cost figures of a report.

Source: our own form after the cost categories of Jessep et al. 2009 (PubMed 19627690): GP, physiotherapy, medicines, A&E. Counts
are whole numbers; less is cheaper, which says nothing about being better. What each costs is a local unit cost, never kept here.
"""

from outcomes.domain.instruments.instrument import Answers, Instrument, Item, Scale, Score

CODE = "RESOURCE-USE"
VERSION = "1"
MOST = 200
QUESTIONS = {
    "gp": ("GP visits and calls", "How many times did you see or speak to a GP or practice nurse about your joint?"),
    "physiotherapy": (
        "physiotherapy appointments",
        "How many physiotherapy appointments did you have, not counting this programme?",
    ),
    "medicines": ("prescriptions", "How many prescriptions for your joint pain did you collect?"),
    "emergency": ("A&E visits", "How many times did you go to A&E because of your joint?"),
}


def score(answers: Answers) -> tuple[Score, ...]:
    """The counts themselves, for the last 6 months."""
    return tuple(
        Score(
            instrument=CODE,
            version=VERSION,
            scale=name,
            value=None if (value := answers.get(name)) is None else float(value),
            missing=int(name not in answers),
        )
        for name in QUESTIONS
    )


RESOURCE_USE = Instrument(
    code=CODE,
    title="Care for your joint in the last 6 months",
    version=VERSION,
    source="Our own form, after the cost categories of Jessep et al., Physiotherapy 2009;95(2):94-102",
    licence="No licence needed; the questions are shipped.",
    items=tuple(
        Item(id=name, label=label, least=0, most=MOST, question=question, hint="In the last 6 months. Enter 0 for none.")
        for name, (label, question) in QUESTIONS.items()
    ),
    scales=tuple(
        Scale(id=name, label=label[:1].upper() + label[1:], least=0, most=MOST, direction="none", unit="in 6 months")
        for name, (label, _) in QUESTIONS.items()
    ),
    compute=score,
    missing_rule="Each count stands alone.",
)
