"""What the words of each kind of message are made from. Templates declare the same names; a test compares the two."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from notifications.domain.cohort import Cohort
from notifications.domain.discretion import fit_for_sms
from notifications.domain.message import Kind, Message
from notifications.domain.site import Site, lines_about, lines_for_sms
from notifications.domain.spoken_time import spoken_day, spoken_time

ENGLISH = "en"
WELSH = "cy"


class ContentError(ValueError):
    """Something that the message's words need is not known."""


def language_of(code: str) -> str:
    """The language that messages are written in for a language code: Welsh for `cy`, otherwise English."""
    return WELSH if code.lower().partition("-")[0] == WELSH else ENGLISH


def content_of(
    *, message: Message, greeting_name: str, language: str, cohort: Cohort | None, public_url: str, now: datetime
) -> dict[str, Any]:
    """The values that the words of `message` are made from; ContentError where one is not known.

    `language` is what `language_of` gave, `public_url` the address of the front door.
    """
    own = _CONTENT[message.kind](_Asked(message, cohort, language, public_url, now))
    return {"greeting_name": " ".join(greeting_name.split()), **own}


class _Asked:
    """A message and what is known when its words are made."""

    __slots__ = ("_cohort", "facts", "language", "message", "now", "public_url")

    def __init__(self, message: Message, cohort: Cohort | None, language: str, public_url: str, now: datetime) -> None:
        self.message = message
        self.facts = message.facts
        self.language = language
        self.public_url = public_url
        self.now = now
        self._cohort = cohort

    @property
    def cohort(self) -> Cohort:
        if self._cohort is None:
            msg = "the cohort is not known"
            raise ContentError(msg)
        return self._cohort

    def site_of_session(self) -> Site | None:
        """Where the message's session of its cohort is, as far as that is known."""
        sessions = self._cohort.sessions if self._cohort is not None else ()
        session = next((one for one in sessions if one.id == self.message.session_id), None)
        return self._cohort.site_of(session) if self._cohort is not None and session is not None else None

    def fact(self, name: str) -> Any:
        if name not in self.facts:
            msg = f"the message has no {name}"
            raise ContentError(msg)
        return self.facts[name]

    def there(self, *sites: Site | None) -> dict[str, Any]:
        """What to bring and how to get in: for an email, and as much of it as a text message takes."""
        lines = lines_about(sites, language=self.language)
        return {"site_lines": lines, "site_lines_for_sms": lines_for_sms(lines)}

    def spoken(self, instant: datetime | str | None) -> str | None:
        if instant is None:
            return None
        return spoken_time(datetime.fromisoformat(instant) if isinstance(instant, str) else instant, language=self.language)


def _nothing_more(_: _Asked) -> dict[str, Any]:
    return {}


def _waiting_list(asked: _Asked) -> dict[str, Any]:
    return {"after": asked.facts.get("after")}


def _place_offered(asked: _Asked) -> dict[str, Any]:
    sessions = asked.cohort.to_come(now=asked.now)
    return asked.there(asked.cohort.site) | {
        "site_name": asked.cohort.site_name,
        "first_session": asked.spoken(sessions[0].starts_at) if sessions else None,
        "sessions": [asked.spoken(session.starts_at) for session in sessions],
        "until": asked.spoken(asked.message.useful_until),
        "link": f"{asked.public_url.rstrip('/')}/scheduling/offers/{asked.fact('token')}",
        "after": asked.facts.get("after"),
    }


def _place_found(asked: _Asked) -> dict[str, Any]:
    sessions = asked.cohort.to_come(now=asked.now)
    return asked.there(asked.cohort.site) | {
        "site_name": asked.cohort.site_name,
        "first_session": asked.spoken(sessions[0].starts_at) if sessions else None,
        "sessions": [asked.spoken(session.starts_at) for session in sessions],
    }


def _session_reminder(asked: _Asked) -> dict[str, Any]:
    session = next((session for session in asked.cohort.sessions if session.id == asked.message.session_id), None)
    if session is None:
        msg = "the session is not known"
        raise ContentError(msg)
    return asked.there(asked.cohort.site_of(session)) | {
        "site_name": session.site_name or asked.cohort.site_name,
        "starts": asked.spoken(session.starts_at),
        "session_number": session.number,
    }


def _session_changed(asked: _Asked) -> dict[str, Any]:
    elsewhere = {str(session.id): session.site_name for session in asked.cohort.sessions}
    changes = [
        {
            "was": asked.spoken(change["was_at"]),
            "now": asked.spoken(change["now_at"]),
            "at": elsewhere.get(change["session_id"]) if change["now_at"] else None,
        }
        for change in asked.fact("changes")
    ]
    taking_place = {change["session_id"] for change in asked.fact("changes") if change["now_at"]}
    sites = [asked.cohort.site_of(session) for session in asked.cohort.sessions if str(session.id) in taking_place]
    return asked.there(*sites) | {"site_name": asked.cohort.site_name, "changes": changes}


def _session_cancelled_today(asked: _Asked) -> dict[str, Any]:
    [change] = asked.fact("changes")
    return {"site_name": asked.cohort.site_name, "session": asked.spoken(change["was_at"])}


def _referral_declined(asked: _Asked) -> dict[str, Any]:
    return {"sender_told": bool(asked.facts.get("sender_told"))}


def _more_information_needed(asked: _Asked) -> dict[str, Any]:
    return {"of_sender": asked.fact("asked") == "sender"}


def _questionnaire_due(asked: _Asked) -> dict[str, Any]:
    return {
        "link": f"{asked.public_url.rstrip('/')}/outcomes/q/{asked.fact('token')}",
        "closes": spoken_day(asked.message.useful_until, language=asked.language),
    }


def _follow_up(asked: _Asked) -> dict[str, Any]:
    return _questionnaire_due(asked) | {"months": asked.facts.get("months")}


def _what_comes_next(asked: _Asked) -> dict[str, Any]:
    signposts = list(asked.fact("signposts"))
    # Where people get a link to their own page, which has the review of their goals and what they did last at each exercise.
    ask_for_own_page = f"{asked.public_url.rstrip('/')}/enrolment/me"
    return {"signposts": signposts, "signposts_for_sms": fit_for_sms(signposts), "ask_for_own_page": ask_for_own_page}


def _missed_two(asked: _Asked) -> dict[str, Any]:
    sessions = asked.cohort.to_come(now=asked.now)
    site = asked.cohort.site_of(sessions[0]) if sessions else None
    return asked.there(site) | {
        "site_name": (sessions[0].site_name if sessions else None) or asked.cohort.site_name,
        "next_session": asked.spoken(sessions[0].starts_at) if sessions else None,
    }


def _make_up(asked: _Asked) -> dict[str, Any]:
    """Its time is the message's end of use, so that a reminder that moves says the new one."""
    return _make_up_reminder(asked) | {"was": asked.spoken(asked.facts.get("was_at"))}


def _make_up_reminder(asked: _Asked) -> dict[str, Any]:
    return asked.there(asked.site_of_session()) | _make_up_off(asked)


def _make_up_off(asked: _Asked) -> dict[str, Any]:
    return {"site_name": asked.fact("site_name"), "starts": asked.spoken(asked.message.useful_until)}


def _link(path: str) -> Callable[[_Asked], dict[str, Any]]:
    def content(asked: _Asked) -> dict[str, Any]:
        return {
            "link": f"{asked.public_url.rstrip('/')}/enrolment/{path}/{asked.fact('token')}",
            "until": spoken_day(asked.message.useful_until, language=asked.language),
        }

    return content


def _confirm_contact(asked: _Asked) -> dict[str, Any]:
    link = f"{asked.public_url.rstrip('/')}/enrolment/confirm/{asked.fact('token')}"
    return {"link": link, "code": asked.fact("code")}


_CONTENT: Mapping[Kind, Callable[[_Asked], dict[str, Any]]] = MappingProxyType(
    {
        Kind.REFERRAL_RECEIVED: _nothing_more,
        Kind.REFERRAL_DECLINED: _referral_declined,
        Kind.MORE_INFORMATION_NEEDED: _more_information_needed,
        Kind.WAITING_LIST: _waiting_list,
        Kind.WAITING_LIST_LEFT: _nothing_more,
        Kind.PLACE_OFFERED: _place_offered,
        Kind.PLACE_FOUND: _place_found,
        Kind.SESSION_REMINDER: _session_reminder,
        Kind.SESSION_CHANGED: _session_changed,
        Kind.SESSION_CANCELLED_TODAY: _session_cancelled_today,
        Kind.QUESTIONNAIRE_DUE: _questionnaire_due,
        Kind.QUESTIONNAIRE_REMINDER: _follow_up,
        Kind.FOLLOW_UP: _follow_up,
        Kind.WHAT_COMES_NEXT: _what_comes_next,
        Kind.MISSED_TWO: _missed_two,
        Kind.MAKE_UP_SESSION: _make_up,
        Kind.MAKE_UP_REMINDER: _make_up_reminder,
        Kind.MAKE_UP_OFF: _make_up_off,
        Kind.COMPLETE_NOMINATION: _link("complete"),
        Kind.CONFIRM_CONTACT: _confirm_contact,
        Kind.OWN_PAGE: _link("me"),
    }
)
