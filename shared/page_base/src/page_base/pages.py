"""A service's templates, rendered inside the shared page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import BaseLoader, ChainableUndefined, ChoiceLoader, Environment, PackageLoader

from page_base import formats
from page_base.assets import asset_path
from page_base.cookie import SESSION_COOKIE

PART_HEADER = "Limber-Part"


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A link in the header; `href` is a path behind the front door."""

    text: str
    href: str


NAVIGATION = (
    NavigationLink("Participants", "/enrolment/participants"),
    NavigationLink("Cohorts", "/scheduling/cohorts"),
    NavigationLink("Questionnaires", "/outcomes/questionnaires"),
    NavigationLink("Messages", "/notifications/mailbox"),
)


@dataclass(frozen=True, slots=True)
class FieldError:
    """Something to put right on a form: the id of the field, and a sentence that names the field and the rule."""

    field: str
    text: str


# What every page says by itself. The Welsh was written by machine; a translator has not read it yet.
PAGE_WORDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {
            "skip": "Skip to main content",
            "error": "Error",
            "problem": "There is a problem",
            "about": "supervised exercise and education for people with joint pain",
        },
        "cy": {
            "skip": "Neidio i'r prif gynnwys",
            "error": "Gwall",
            "problem": "Mae problem",
            "about": "ymarfer dan oruchwyliaeth ac addysg i bobl â phoen yn y cymalau",
        },
    }
)


class MissingName(ChainableUndefined):
    """What a template asked for and nobody gave.

    The design system's macros ask their parameters (a dict) for many that were left out, and a page may ask whether something is
    there. Anywhere else a missing name is a misspelt one: printed or looped over, it raises UndefinedError.
    """

    __slots__ = ()

    def __str__(self) -> str:
        """Nothing, for a parameter that was left out."""
        self._refuse_misspelt()
        return ""

    def __iter__(self) -> Iterator[object]:
        """No items, for a parameter that was left out."""
        self._refuse_misspelt()
        return iter(())

    def __len__(self) -> int:
        """0, for a parameter that was left out."""
        self._refuse_misspelt()
        return 0

    def _refuse_misspelt(self) -> None:
        if not isinstance(self._undefined_obj, dict):
            self._fail_with_undefined_error()


class Pages:
    """Renders the templates that lie in the folder `templates` of a package, such as `Pages("scheduling.http")`."""

    def __init__(
        self,
        templates: str,
        *,
        service: str | None = None,
        product: str = "Limber",
        navigation: Sequence[NavigationLink] = NAVIGATION,
    ) -> None:
        """`service` is the first part of pages' addresses; left out, it is the first part of the package's name."""
        self.package = templates
        self.service = service or templates.partition(".")[0]
        self.home = navigation[0].href if navigation else "/"
        loaders: list[BaseLoader] = [PackageLoader(templates)] if templates != "page_base" else []
        self._environment = Environment(
            loader=ChoiceLoader([*loaders, PackageLoader("page_base"), PackageLoader("nhsuk_frontend_jinja")]),
            undefined=MissingName,
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            asset=lambda name: asset_path(service=self.service, name=name, package=self.package),
            navigation=tuple(navigation),
            product=product,
            service=self.service,
        )
        self._environment.filters.update(
            breakable=formats.breakable,
            clock_time=formats.clock_time,
            local=formats.local,
            long_date=formats.long_date,
            long_time=formats.long_time,
            message_for=message_for,
            nhs_number=formats.nhs_number,
            short_date=formats.short_date,
        )

    def render(self, request: Request, template: str, /, *, status_code: int = HTTPStatus.OK, **context: object) -> HTMLResponse:
        """The page as a response. `errors` (a sequence of FieldError) marks the title and fills the error summary."""
        return HTMLResponse(
            self._environment.get_template(template).render(
                {
                    "page_words": PAGE_WORDS.get(str(context.get("lang", "en")), PAGE_WORDS["en"]),
                    "member": getattr(request.state, "member", None),
                    "part_only": PART_HEADER in request.headers,
                    "path": request.url.path,
                    "request": request,
                    "signed_in": SESSION_COOKIE in request.cookies,
                    **context,
                }
            ),
            status_code=status_code,
        )


def message_for(errors: Iterable[FieldError] | None, field: str) -> dict[str, str] | None:
    """The `errorMessage` parameter of a design system input: the first error of that field, if any."""
    return next(({"text": error.text} for error in errors or () if error.field == field), None)
