"""Questions from one service to another, by request and reply: nothing is stored on the way, and nobody waits for ever."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from service_kit.database import describe
from service_kit.logs import logger

Answer: TypeAlias = Callable[[bytes], Awaitable[bytes]]

# A header by which an answer says that there is none.
FAILED_HEADER = "Limber-Failed"


async def answer_questions(client: Client, answers: Mapping[str, Answer], *, name: str) -> None:
    """Answer on each subject from now on; of several instances one answers. A failure is answered too, without its words."""
    for subject, answer in answers.items():
        await client.subscribe(subject, queue=name, cb=_answering(client, answer))


async def ask(client: Client, subject: str, question: bytes, *, seconds: float) -> bytes | None:
    """Return the answer, or None when nobody answered in time or the answer failed."""
    try:
        reply = await client.request(subject, question, timeout=seconds)
    except (NatsError, TimeoutError, OSError) as error:
        logger().warning("no answer", reason=type(error).__name__)
        return None
    return None if (reply.headers or {}).get(FAILED_HEADER) else reply.data


def _answering(client: Client, answer: Answer) -> Callable[[Msg], Awaitable[None]]:
    async def heard(message: Msg) -> None:
        try:
            body = await answer(message.data)
        except Exception as error:  # noqa: BLE001 - whoever asks must not wait until the time is over
            logger().warning("a question could not be answered", error=describe(error))
            await client.publish(message.reply, b"", headers={FAILED_HEADER: "1"})
            return
        await client.publish(message.reply, body)

    return heard
