"""Applies a declaration to a broker, through JetStream's own API."""

import json
from collections.abc import Sequence
from typing import Any

from nats.aio.client import Client

from limber_streams.changes import changes
from limber_streams.declaration import Declaration, Durable, Stream

Json = dict[str, Any]

_NOT_FOUND = 404
_SECONDS = 10.0


class CannotApplyError(Exception):
    """Why the declaration was not applied; nothing was changed by it, except where JetStream itself refused half-way."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


async def apply(client: Client, declaration: Declaration, *, replicas: int = 1) -> list[str]:
    """Makes the broker match; returns what was done, one phrase each, nothing on a second run.

    Raises CannotApplyError, before anything is changed, if something would shrink or can't be changed.
    """
    todo: list[tuple[str, str, Json]] = []
    refusals: list[str] = []
    for stream in declaration.streams:
        await _plan_stream(client, stream, replicas, todo, refusals)
        for durable in stream.durables:
            await _plan_durable(client, durable, todo, refusals)
    if refusals:
        raise CannotApplyError(refusals)
    for _, subject, body in todo:
        await _call(client, subject, body)
    return [phrase for phrase, _, _ in todo]


async def ensure_durable(client: Client, durable: Durable) -> list[str]:
    """The same for one durable, such as an organisation's receipts."""
    todo: list[tuple[str, str, Json]] = []
    refusals: list[str] = []
    await _plan_durable(client, durable, todo, refusals)
    if refusals:
        raise CannotApplyError(refusals)
    for _, subject, body in todo:
        await _call(client, subject, body)
    return [phrase for phrase, _, _ in todo]


async def stream_names(client: Client) -> list[str]:
    """The names of all streams of the broker, as far as one answer holds them (1024)."""
    answer = await _answer(client, "$JS.API.STREAM.NAMES", {})
    if "error" in answer:
        raise CannotApplyError([f"the streams could not be listed: {answer['error']['description']}"])
    return list(answer.get("streams") or [])


async def delete_stream(client: Client, name: str) -> None:
    """Deletes a stream with its messages and durables; fine if there is none."""
    answer = await _answer(client, f"$JS.API.STREAM.DELETE.{name}", {})
    if "error" in answer and answer["error"]["code"] != _NOT_FOUND:
        raise CannotApplyError([f"stream {name}: {answer['error']['description']}"])


async def _plan_stream(
    client: Client, stream: Stream, replicas: int, todo: list[tuple[str, str, Json]], refusals: list[str]
) -> None:
    wanted = {**stream.config, "num_replicas": replicas}
    found = await _answer(client, f"$JS.API.STREAM.INFO.{stream.name}", {})
    if "error" in found:
        _expect_not_found(found, f"stream {stream.name}")
        todo.append((f"stream {stream.name} created", f"$JS.API.STREAM.CREATE.{stream.name}", wanted))
        return
    different = changes(what=f"stream {stream.name}", wanted=wanted, found=found["config"])
    refusals.extend(different.refusals)
    if different.settings:
        phrase = f"stream {stream.name} changed: {', '.join(different.settings)}"
        todo.append((phrase, f"$JS.API.STREAM.UPDATE.{stream.name}", found["config"] | different.settings))


async def _plan_durable(client: Client, durable: Durable, todo: list[tuple[str, str, Json]], refusals: list[str]) -> None:
    what = f"durable {durable.name} of {durable.stream}"
    subject = f"$JS.API.CONSUMER.DURABLE.CREATE.{durable.stream}.{durable.name}"
    found = await _answer(client, f"$JS.API.CONSUMER.INFO.{durable.stream}.{durable.name}", {})
    if "error" in found:
        _expect_not_found(found, what)
        todo.append((f"{what} created", subject, {"stream_name": durable.stream, "config": durable.config}))
        return
    present = found["config"]
    if "filter_subject" in present:
        present["filter_subjects"] = [present.pop("filter_subject")]
    different = changes(what=what, wanted=durable.config, found=present)
    refusals.extend(different.refusals)
    if different.settings:
        body = {"stream_name": durable.stream, "config": present | different.settings}
        todo.append((f"{what} changed: {', '.join(different.settings)}", subject, body))


async def _call(client: Client, subject: str, body: Json) -> None:
    answer = await _answer(client, subject, body)
    if "error" in answer:
        raise CannotApplyError([f"{subject.removeprefix('$JS.API.')}: {answer['error']['description']}"])


async def _answer(client: Client, subject: str, body: Json) -> Json:
    reply = await client.request(subject, json.dumps(body).encode(), timeout=_SECONDS)
    answer: Json = json.loads(reply.data)
    return answer


def _expect_not_found(answer: Json, what: str) -> None:
    if answer["error"]["code"] != _NOT_FOUND:
        raise CannotApplyError([f"{what}: {answer['error']['description']}"])
