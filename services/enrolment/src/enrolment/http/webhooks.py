"""Where an organisation's own system hears of progress, and what went there."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from enrolment.domain.reason import Reason
from enrolment.domain.webhooks import Delivery, Endpoint, EndpointRefusedError
from enrolment.http.organisations import Organisations
from enrolment.http.requests import ProblemBody, problem
from enrolment.use_cases.known import Sender
from enrolment.use_cases.send_webhooks import NoEndpointError, NoSuchDeliveryError, Notice, WebhookStore

TEST = "webhook.test"
_MOST_SHOWN = 100
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "content": {"application/problem+json": {}}} for status in (404, 422)
}


class EndpointWanted(BaseModel):
    """The address to send to: https, and a public one."""

    url: str


class EndpointShown(BaseModel):
    """Where this organisation hears. `secret` is there only when it was just made. `status` is active, or gone after a 410."""

    url: str
    status: str
    secret: str | None = None
    previous_secret_until: datetime | None = None


class DeliveryShown(BaseModel):
    """One message and how far it is. `status` is waiting, delivered or given_up."""

    id: str
    organisation: str
    channel: str
    type: str
    status: str
    attempts: int
    next_try_at: datetime | None
    last_answer: str | None
    created_at: datetime


class ShownStore(WebhookStore, Protocol):
    """The database, as far as these routes need it."""

    async def newest(self, *, sender: Sender | None, status: str | None, limit: int) -> Sequence[Delivery]:
        """Return deliveries, the newest first: of one organisation, or of all."""


class Webhooks(Protocol):
    """What can be done about webhooks, each in a transaction of its own."""

    async def set_endpoint(self, sender: Sender, url: str) -> tuple[Endpoint, bool]:
        """Say where an organisation hears; return that and whether its secret is new. EndpointRefusedError."""

    async def rotate_secret(self, sender: Sender) -> Endpoint:
        """Give it a new secret. NoEndpointError."""

    async def tell(self, notices: Sequence[Notice]) -> int:
        """Write a delivery for each notice whose organisation listens; return how many."""

    async def send_again(self, delivery_id: str, *, sender: Sender | None) -> Delivery:
        """Send a delivery once more. NoSuchDeliveryError."""


@dataclass(frozen=True, kw_only=True)
class WebhookRoutes:
    """`/enrolment/webhook`: an organisation's own, whatever its channel."""

    organisations: Organisations
    webhooks: Webhooks
    open_store: Callable[[], AbstractAsyncContextManager[ShownStore]]

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(tags=["webhooks"])
        self._add_endpoint(router)
        self._add_deliveries(router)
        return router

    def _add_endpoint(self, router: APIRouter) -> None:
        allowed = self.organisations.allow()

        @router.put("/webhook", response_model=EndpointShown, responses=_PROBLEMS)
        async def put(wanted: EndpointWanted, sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Set the address. The answer to the first time holds the secret that signs, and nothing shows it again."""
            try:
                endpoint, is_new = await self.webhooks.set_endpoint(sender, wanted.url)
            except EndpointRefusedError as error:
                return problem(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason)
            return _endpoint(endpoint, with_secret=is_new)

        @router.get("/webhook", response_model=EndpointShown, responses=_PROBLEMS)
        async def show(sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """The address, without the secret."""
            async with self.open_store() as store:
                endpoint = (await store.endpoints([sender])).get(sender)
            return _no_endpoint() if endpoint is None else _endpoint(endpoint, with_secret=False)

        @router.delete("/webhook", status_code=HTTPStatus.NO_CONTENT)
        async def drop(sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Forget the address, and whatever waits for it."""
            async with self.open_store() as store:
                await store.drop_endpoint(sender)
            return Response(status_code=HTTPStatus.NO_CONTENT)

        @router.post("/webhook/secret", response_model=EndpointShown, responses=_PROBLEMS)
        async def rotate(sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Make a new secret, shown this once. For 24 hours messages are signed with the old one as well."""
            try:
                return _endpoint(await self.webhooks.rotate_secret(sender), with_secret=True)
            except NoEndpointError:
                return _no_endpoint()

        @router.post("/webhook/test", status_code=HTTPStatus.ACCEPTED, responses=_PROBLEMS)
        async def test(sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Send a message that says nothing, to see that it arrives and that its signature is right."""
            told = await self.webhooks.tell([Notice(sender=sender, type=TEST, data={"organisation": sender.organisation})])
            return Response(status_code=HTTPStatus.ACCEPTED) if told else _no_endpoint()

    def _add_deliveries(self, router: APIRouter) -> None:
        allowed = self.organisations.allow()

        @router.get("/webhook/deliveries")
        async def deliveries(sender: Annotated[Sender, Depends(allowed)], status: str | None = None) -> list[DeliveryShown]:
            """The newest 100 messages to this organisation."""
            async with self.open_store() as store:
                found = await store.newest(sender=sender, status=status, limit=_MOST_SHOWN)
            return [shown(each) for each in found]

        @router.post("/webhook/deliveries/{delivery_id}/resend", response_model=DeliveryShown, responses=_PROBLEMS)
        async def resend(delivery_id: str, sender: Annotated[Sender, Depends(allowed)]) -> Response:
            """Send a message once more, under its id."""
            try:
                delivery = await self.webhooks.send_again(delivery_id, sender=sender)
            except NoSuchDeliveryError as error:
                return problem(HTTPStatus.NOT_FOUND, Reason("unknown_delivery", str(error)))
            return JSONResponse(shown(delivery).model_dump(mode="json"))


def shown(delivery: Delivery) -> DeliveryShown:
    """Return a delivery as programs see it."""
    return DeliveryShown.model_validate(delivery, from_attributes=True)


def _endpoint(endpoint: Endpoint, *, with_secret: bool) -> Response:
    answer = EndpointShown(
        url=endpoint.url,
        status=endpoint.status,
        secret=endpoint.secret if with_secret else None,
        previous_secret_until=endpoint.previous_until,
    )
    return JSONResponse(answer.model_dump(mode="json", exclude_none=True))


def _no_endpoint() -> Response:
    return problem(HTTPStatus.NOT_FOUND, Reason("no_endpoint", str(NoEndpointError())))
