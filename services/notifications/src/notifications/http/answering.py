"""Answering a text message of the local mailbox as the phone that got it, for whoever tries Limber by hand.

It is there only while text messages end in the local mailbox, which production refuses.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from notifications.use_cases.take_reply import Reply
from page_base.problems import wants_page
from service_kit.access import Access, Member

READERS = ("coordinator", "clinician")
LONGEST_NUMBER, LONGEST_TEXT = 40, 918
# Takes a text message from a phone as if a provider had handed it to us.
AnswerAs = Callable[[str, str], Awaitable[Reply]]


def router(*, access: Access, answer_as: AnswerAs) -> APIRouter:
    """`POST /mailbox/answers` with `phone` and `text`."""
    routes = APIRouter()
    Reader = Annotated[Member, Depends(access.allow(*READERS))]  # noqa: N806 - it is a type

    @routes.post("/mailbox/answers", response_model=None)
    async def answer(
        request: Request, _: Reader, phone: Annotated[str, Form()] = "", text: Annotated[str, Form()] = ""
    ) -> Response:
        """Answer as that phone; what was understood is shown on the mailbox's page."""
        problem = _problem(phone.strip(), text)
        if problem is not None:
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, problem)
        reply = await answer_as(phone.strip(), text)
        read_as = reply.doubt or reply.word
        if wants_page(request):
            return RedirectResponse(f"/notifications/mailbox?read_as={read_as}", HTTPStatus.SEE_OTHER)
        return JSONResponse({"word": reply.word, "doubt": reply.doubt}, HTTPStatus.CREATED)

    return routes


def _problem(phone: str, text: str) -> str | None:
    if not 0 < len(phone) <= LONGEST_NUMBER:
        return f"Phone: give the number that the answer comes from, at most {LONGEST_NUMBER} characters."
    if not text.strip() or len(text) > LONGEST_TEXT or "\x00" in text:
        return f"Answer: write what the phone answers, at most {LONGEST_TEXT} characters."
    return None
