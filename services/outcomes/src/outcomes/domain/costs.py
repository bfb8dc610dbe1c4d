"""What the programme costs for a person against usual care, from local unit costs."""

from collections.abc import Mapping
from dataclasses import dataclass

FORMULA = "saving = (usual delivery + usual use) - (our delivery + our use)"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCosts:
    """Pounds: what one of each costs here, and what delivery and care cost for a person. `source` says where they are from."""

    of_use: Mapping[str, float]
    our_delivery: float
    usual_delivery: float
    usual_use: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Pounds for a person: delivery and care used, ours and usual, and what is saved. `people` are those behind `our_use`."""

    our_delivery: float
    our_use: float
    usual_delivery: float
    usual_use: float
    saving: float
    people: int
    worked_out: str


def saving(*, usual_delivery: float, usual_use: float, our_delivery: float, our_use: float) -> float:
    """What is saved for a person, in pounds: usual delivery and use, less ours."""
    return (usual_delivery + usual_use) - (our_delivery + our_use)


def costs_of(unit_costs: UnitCosts, *, used: Mapping[str, float], people: int) -> Costs:
    """The costs for a person who used so much of each care on average; a care without a unit cost costs nothing."""
    our_use = sum(unit_costs.of_use.get(name, 0.0) * amount for name, amount in used.items())
    saved = saving(
        usual_delivery=unit_costs.usual_delivery,
        usual_use=unit_costs.usual_use,
        our_delivery=unit_costs.our_delivery,
        our_use=our_use,
    )
    worked_out = (
        f"({unit_costs.usual_delivery:,.2f} + {unit_costs.usual_use:,.2f}) - ({unit_costs.our_delivery:,.2f} + {our_use:,.2f})"
        f" = {saved:,.2f}"
    )
    return Costs(
        our_delivery=unit_costs.our_delivery,
        our_use=our_use,
        usual_delivery=unit_costs.usual_delivery,
        usual_use=unit_costs.usual_use,
        saving=saved,
        people=people,
        worked_out=worked_out,
    )
