"""Reads the templates and puts the words of a message together, in a sandbox in which a missing variable is an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from types import MappingProxyType
from uuid import UUID

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from notifications.domain.cohort import Cohort
from notifications.domain.contact import Contact
from notifications.domain.content import ENGLISH, WELSH, ContentError, content_of, language_of
from notifications.domain.discretion import without_telling_names
from notifications.domain.message import Channel, Kind, Message
from notifications.templates.html_part import blocks_of, html_layout
from notifications.templates.invitations import invitations_of
from notifications.use_cases.provider import WordingError, Words

LANGUAGES = (ENGLISH, WELSH)
# What a session is called in a calendar that others may see: no condition. The Welsh is draft.
_SUMMARY = MappingProxyType({ENGLISH: "Your group session", WELSH: "Eich sesiwn grŵp"})
BLOCKS = ("sms", "subject", "email")
_HEAD = re.compile(r"\A\{#\n(?P<lines>(?:[a-z]+: .*\n)+)#\}\n")
_GAP = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFile:
    """A template with its head: `state` is `ready` or `draft`, `variables` all that it may use."""

    kind: Kind
    language: str
    source: str
    state: str
    variables: frozenset[str]


def read_template(*, kind: Kind, language: str) -> TemplateFile:
    """Read the file of one kind in one language. ValueError where it has no proper head."""
    source = files("notifications.templates").joinpath(f"{kind}.{language}.txt").read_text("utf-8")
    head = _HEAD.match(source)
    if head is None:
        msg = f"the template {kind}.{language}.txt has no head"
        raise ValueError(msg)
    declared = dict(line.split(": ", 1) for line in head["lines"].splitlines())
    return TemplateFile(
        kind=kind,
        language=language,
        source=source,
        state=declared["state"],
        variables=frozenset(name.strip() for name in declared["variables"].split(",")),
    )


def sandbox() -> ImmutableSandboxedEnvironment:
    """The environment that templates run in."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)


class TemplateWording:
    """`Wording` from the template files, all of which are compiled once."""

    def __init__(self, *, public_url: str, organiser: str) -> None:
        """`public_url` is the front door's address, for links; `organiser` the email address that invitations are from."""
        self._public_url = public_url.rstrip("/")
        self._organiser = organiser
        environment = sandbox()
        self._templates = MappingProxyType(
            {
                (kind, language): environment.from_string(read_template(kind=kind, language=language).source)
                for kind in Kind
                for language in LANGUAGES
            }
        )
        self._html = html_layout()

    def put(
        self, *, message: Message, channel: Channel, contact: Contact, cohorts: Mapping[UUID, Cohort], now: datetime
    ) -> Words:
        """Return the words in the person's language. Raises WordingError."""
        language = language_of(contact.language)
        cohort = cohorts.get(message.cohort_id) if message.cohort_id else None
        try:
            content = content_of(
                message=message,
                greeting_name=contact.greeting_name,
                language=language,
                cohort=cohort,
                public_url=self._public_url,
                now=now,
            )
            template = self._templates[message.kind, language]
            if channel is Channel.SMS:
                told = without_telling_names(content, language=language)
                return Words(body=" ".join(_block(template, "sms", told).split()))
            subject = " ".join(_block(template, "subject", content).split())
            body = _block(template, "email", content)
            html = self._html.render(language=language, subject=subject, blocks=blocks_of(body))
        except (ContentError, TemplateError) as error:
            # Neither the words nor what they are made from: the kind of the error is enough to look for.
            raise WordingError(type(error).__name__) from None
        invitations = invitations_of(
            message=message,
            cohorts=cohorts,
            summary=_SUMMARY[language],
            attendee=contact.email or "",
            organiser=self._organiser,
            now=now,
        )
        return Words(subject=subject, body=body, html=html, calendars=invitations)

    def unsubscribe_address(self, token: str) -> str:
        """Return the address that a mail program posts to."""
        return f"{self._public_url}/notifications/unsubscribe/{token}"


def _block(template: Template, name: str, content: dict[str, object]) -> str:
    context = template.new_context(content)
    return _GAP.sub("\n\n", "".join(template.blocks[name](context))).strip()
