"""What a provider that speaks GOV.UK Notify's interface posts to us: receipts of deliveries, and text messages from people.

Shapes: docs.notifications.service.gov.uk/rest-api.html, "callbacks". Each may come twice, late or out of order.
"""

import hmac
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from notifications.domain.message import Reason
from notifications.use_cases.record_delivery import Delivery
from notifications.use_cases.take_reply import TextFromPerson
from service_kit.logs import logger

# A status that isn't here, also one we don't know, is on the way and says nothing yet.
_FATES: Mapping[str, Reason | None] = MappingProxyType(
    {
        "delivered": None,
        "permanent-failure": Reason.NO_SUCH_ADDRESS,
        "temporary-failure": Reason.OUT_OF_REACH,
        "technical-failure": Reason.FAILED_AT_PROVIDER,
    }
)


class Receipt(BaseModel):
    """What became of a message; `reference` is ours."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    reference: UUID | None = None
    status: str = Field(max_length=100)


class InboundText(BaseModel):
    """A text message from a person; `id` is the provider's."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    id: str = Field(min_length=1, max_length=100)
    source_number: str = Field(min_length=1, max_length=40)
    message: str = Field(max_length=5000)
    date_received: AwareDatetime


class Callbacks(Protocol):
    """What is done with what a provider says."""

    async def delivery(self, delivery: Delivery) -> bool:
        """Write it down; False where the message isn't ours."""

    async def text(self, arrived: TextFromPerson) -> object:
        """Take a text message from a person."""


def router(*, callbacks: Callbacks, tokens: Mapping[str, str]) -> APIRouter:
    """The routes. `tokens` are the bearer tokens by the provider's name in the address; who has none is refused."""
    routes = APIRouter()

    def check(request: Request, provider: str) -> str:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        wanted = tokens.get(provider, "")
        matches = hmac.compare_digest(given.strip().encode(), wanted.encode())
        if scheme.lower() != "bearer" or not wanted or not matches:
            detail = "This needs the provider's bearer token."
            raise HTTPException(HTTPStatus.UNAUTHORIZED, detail, {"WWW-Authenticate": "Bearer"})
        return provider

    Known = Annotated[str, Depends(check)]  # noqa: N806 - it is a type

    @routes.post("/callbacks/{provider}/deliveries", status_code=HTTPStatus.NO_CONTENT)
    async def delivery(provider: Known, receipt: Receipt) -> Response:
        """What became of a message that the provider had."""
        if receipt.reference is not None and receipt.status in _FATES:
            known = await callbacks.delivery(Delivery(reference=receipt.reference, failure=_FATES[receipt.status]))
            if not known:
                logger().warning("a provider told of a message that is not ours", provider=provider, key=str(receipt.reference))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @routes.post("/callbacks/{provider}/texts", status_code=HTTPStatus.NO_CONTENT)
    async def text(provider: Known, inbound: InboundText) -> Response:
        """A text message from a person."""
        await callbacks.text(
            TextFromPerson(
                provider=provider,
                provider_id=inbound.id,
                phone=inbound.source_number,
                text=inbound.message,
                received_at=inbound.date_received,
            )
        )
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return routes
