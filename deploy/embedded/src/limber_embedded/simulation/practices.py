"""GP practices that simulations send as.

Source: NHS Organisation Data Service, epraccur (Open Government Licence): code, name and postcode of practices in England.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PracticeEntry:
    """One practice as ODS lists it; people live near it."""

    code: str
    name: str
    postcode: str


PRACTICES = (
    PracticeEntry("A91085", "Hereford Medical Centre", "HR4 7DD"),
    PracticeEntry("B84013", "Plane Trees Group Practice", "HX2 0QL"),
    PracticeEntry("F81708", "Sai Medical Centre", "RM18 7QA"),
    PracticeEntry("G82072", "Orchard House", "TN29 9AE"),
    PracticeEntry("J83052", "Millstream Medical Centre", "SP1 3SL"),
    PracticeEntry("L81053", "The Lennard Surgery", "BS13 7JD"),
    PracticeEntry("L84052", "Gloucester City Health Centre", "GL1 1XR"),
)
