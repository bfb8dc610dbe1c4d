"""The design system's CSS and JavaScript, our own few and a service's, served from the service itself."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response

NHSUK_FRONTEND_VERSION = "10.4.2"

_KEPT = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_OURS = "page_base"
# A service worker may see to the pages of its service, not only to those beside its script.
_WORKER = "-worker.js"


@cache
def assets(package: str = _OURS) -> Mapping[str, bytes]:
    """Every static file by name, those in the folder `assets` of `package` too.

    The design system's come from the installed wheel, never from the network.
    """
    wheel = files("wagtailnhsukfrontend") / "static" / "wagtailnhsukfrontend"
    found = {
        "nhsuk-frontend.css": _without_web_fonts(
            (wheel / "css" / f"nhsuk-frontend-{NHSUK_FRONTEND_VERSION}.min.css").read_bytes()
        ),
        "nhsuk-frontend.js": (wheel / "js" / f"nhsuk-frontend-{NHSUK_FRONTEND_VERSION}.min.js").read_bytes(),
        "favicon.ico": (wheel / "favicons" / "favicon.ico").read_bytes(),
        "favicon.svg": (wheel / "favicons" / "favicon.svg").read_bytes(),
        "apple-touch-icon.png": (wheel / "favicons" / "apple-touch-icon.png").read_bytes(),
    }
    for folder in [files(name) / "assets" for name in dict.fromkeys((_OURS, package))]:
        if folder.is_dir():
            found.update((file.name, file.read_bytes()) for file in folder.iterdir() if _is_asset(file))
    return found


@cache
def assets_version(package: str = _OURS) -> str:
    """A hash over every asset's name and content: part of each asset's address, so that it can be kept for a year."""
    digest = hashlib.sha256()
    for name, content in sorted(assets(package).items()):
        digest.update(f"{name} {len(content)} ".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def asset_path(*, service: str, name: str, package: str = _OURS) -> str:
    """The address of an asset of this service; KeyError if there is no such asset."""
    if name not in assets(package):
        raise KeyError(name)
    return f"/{service}/assets/{assets_version(package)}/{name}"


def assets_router(*, service: str, package: str = _OURS) -> APIRouter:
    """`GET /<service>/assets/<version>/<name>`. An older page's version gets today's file, to be asked for again."""
    router = APIRouter(prefix=f"/{service}/assets", include_in_schema=False)

    @router.get("/{version}/{name}")
    async def asset(version: str, name: str) -> Response:
        content = assets(package).get(name)
        if content is None:
            raise HTTPException(404)
        headers = {"Cache-Control": _KEPT if version == assets_version(package) else _ASK_AGAIN}
        if name.endswith(_WORKER):
            headers["Service-Worker-Allowed"] = f"/{service}/"
        return Response(content, media_type=mimetypes.guess_type(name)[0] or "application/octet-stream", headers=headers)

    return router


def _is_asset(file: Traversable) -> bool:
    return file.is_file() and file.name.endswith((".js", ".css"))


def _without_web_fonts(css: bytes) -> bytes:
    """The design system's font is fetched from assets.nhs.uk and licensed to NHS sites alone; without it the text is in Arial."""
    return re.sub(rb"@font-face\s*\{[^}]*\}", b"", css)
