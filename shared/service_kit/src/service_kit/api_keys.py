"""Keys for programs: a public id to find a key by, and a secret of which only the hash is stored."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

_MARK = "limber"
_ID_BYTES = 8
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made. `text` is shown once and kept nowhere; `id` and `hash` are stored."""

    id: str
    text: str
    hash: str


def new_key() -> NewKey:
    """Make a key of 256 random bits, which need no slow hash: they can't be searched."""
    key_id = secrets.token_hex(_ID_BYTES)
    text = f"{_MARK}_{key_id}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return NewKey(id=key_id, text=text, hash=_hash(text))


def id_of(text: str) -> str | None:
    """Return the public id within a key, or None if the text doesn't look like one of ours."""
    mark, _, rest = text.partition("_")
    key_id, _, secret = rest.partition("_")
    return key_id if mark == _MARK and len(key_id) == 2 * _ID_BYTES and secret else None


def is_key(text: str, *, stored_hash: str) -> bool:
    """Return whether this is the key that was hashed, in a time that doesn't depend on where the two differ."""
    return hmac.compare_digest(_hash(text), stored_hash)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
