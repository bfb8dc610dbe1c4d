"""What every contract has in common."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A published shape: immutable, tolerant of fields that it doesn't know yet, silent about values in its errors."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
