"""Telling an organisation's own system over HTTP what it may hear: where to, how often to try, and what never gets there.

The form is that of Standard Webhooks (github.com/standard-webhooks): signed, under one id over all attempts.
"""

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from enrolment.domain.reason import Reason

# Waits between attempts, after what Standard Webhooks proposes: some two days in all.
_WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
)
MAX_ATTEMPTS = len(_WAITS) + 1
_JITTER = 0.2
OLD_SECRET_LIVES = timedelta(hours=24)
_LONGEST_URL = 500
_GONE = 410
# From each state to those it may go to. docs/states.md shows the same table.
DELIVERY_STATES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "waiting": frozenset({"waiting", "delivered", "given_up"}),
        "delivered": frozenset({"waiting"}),
        "given_up": frozenset({"waiting"}),
    }
)


class EndpointRefusedError(ValueError):
    """No webhook can go to this address; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason

    @classmethod
    def private(cls) -> "EndpointRefusedError":
        """The address is no public one."""
        return _refused("url_private", "The url leads to a private or loopback address.")


class DeliveryStepError(ValueError):
    """A delivery can't go from the state it is in to the one asked for."""

    def __init__(self, *, before: str, after: str) -> None:
        super().__init__(f"A delivery that is {before} can't become {after}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an organisation hears. `previous_secret` still signs, beside the new one, until `previous_until`."""

    channel: str
    organisation: str
    url: str
    secret: str
    previous_secret: str | None
    previous_until: datetime | None
    status: str
    created_at: datetime
    changed_at: datetime

    def secrets_at(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign now, the newest first."""
        if self.previous_secret is not None and self.previous_until is not None and now < self.previous_until:
            return self.secret, self.previous_secret
        return (self.secret,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one organisation. `id` is its webhook-id over all attempts, `body` its very bytes."""

    id: str
    channel: str
    organisation: str
    type: str
    body: str
    status: str
    attempts: int
    next_try_at: datetime | None
    last_answer: str | None
    created_at: datetime
    changed_at: datetime

    def delivered(self, *, answer: str, now: datetime) -> "Delivery":
        """The other side has it."""
        return self._become("delivered", now, attempts=self.attempts + 1, last_answer=answer, next_try_at=None)

    def failed(self, *, answer: str, now: datetime, jitter: float, for_good: bool = False) -> "Delivery":
        """It didn't get there: try again later, or give up after the last attempt or when there is no sense in it."""
        if self.status != "waiting":
            raise DeliveryStepError(before=self.status, after="waiting")
        attempts = self.attempts + 1
        if for_good or attempts >= MAX_ATTEMPTS:
            return self._become("given_up", now, attempts=attempts, last_answer=answer, next_try_at=None)
        next_try_at = now + wait_after(attempts, jitter=jitter)
        return self._become("waiting", now, attempts=attempts, last_answer=answer, next_try_at=next_try_at)

    def again(self, *, now: datetime) -> "Delivery":
        """Somebody asks for it once more, from the first attempt on and under the same id."""
        return self._become("waiting", now, attempts=0, last_answer=self.last_answer, next_try_at=now)

    def _become(
        self, status: str, now: datetime, *, attempts: int, last_answer: str | None, next_try_at: datetime | None
    ) -> "Delivery":
        if status not in DELIVERY_STATES[self.status]:
            raise DeliveryStepError(before=self.status, after=status)
        return replace(self, status=status, attempts=attempts, last_answer=last_answer, next_try_at=next_try_at, changed_at=now)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an attempt came to: the HTTP status, or a word for why there was none."""

    status: int | None
    words: str

    @property
    def is_success(self) -> bool:
        """Whether the other side has it."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - HTTP's successes

    @property
    def is_gone(self) -> bool:
        """Whether the other side wants no more at all."""
        return self.status == _GONE


def wait_after(attempts: int, *, jitter: float) -> timedelta:
    """Return how long to wait after so many attempts (1 or more); `jitter` from 0 to 1 spreads it by a fifth each way."""
    return _WAITS[min(attempts, len(_WAITS)) - 1] * (1 - _JITTER + 2 * _JITTER * jitter)


def check_url(url: str, *, allowed: Collection[str]) -> SplitResult:
    """Return the parts of an address that a webhook may go to; EndpointRefusedError otherwise.

    `allowed` are the hosts (`host:port`) that the operator allows although they are private or without TLS.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("url_format", "The url is not an address such as https://hr.example.org/limber.") from None
    if not url.isascii() or len(url) > _LONGEST_URL or re.search(r"[\s\\]", url) or not parts.hostname:
        raise _refused("url_format", "The url is not an address such as https://hr.example.org/limber.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _refused("url_format", "The url must not hold a user, a password or a #.")
    if host_and_port(parts.scheme, parts.hostname, port) in allowed and parts.scheme in {"http", "https"}:
        return parts
    if parts.scheme != "https":
        raise _refused("url_https", "The url must begin with https://.")
    address = _literal(parts.hostname)
    if address is not None and not is_public(address):
        raise EndpointRefusedError.private()
    return parts


def host_and_port(scheme: str, host: str, port: int | None) -> str:
    """Return what the operator names to allow a host."""
    return f"{host}:{port or (443 if scheme == 'https' else 80)}"


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, loopback, link-local, shared, reserved or multicast.

    An IPv6 address that carries an IPv4 one (mapped, 6to4, NAT64, Teredo) is judged by that too.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or _nat64(ip)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _nat64(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in ipaddress.IPv6Network("64:ff9b::/96") else None


def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None


def _refused(code: str, text: str) -> EndpointRefusedError:
    return EndpointRefusedError(Reason(code, text, "url"))
