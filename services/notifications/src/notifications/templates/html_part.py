"""An email's words as HTML: the same paragraphs and lists as its plain text, so that no one reads less than another."""

from dataclasses import dataclass
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

_BULLET = "- "


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, as its lines, or a list, as its items."""

    lines: tuple[str, ...]
    is_list: bool


def blocks_of(text: str) -> list[Block]:
    """The paragraphs and lists of a plain text: a blank line parts them, `- ` begins an item."""
    blocks: list[Block] = []
    for paragraph in text.split("\n\n"):
        for line in paragraph.splitlines():
            is_item = line.startswith(_BULLET)
            words = line.removeprefix(_BULLET).strip()
            latest = blocks[-1] if blocks else None
            if latest is not None and latest.is_list and is_item:
                blocks[-1] = Block((*latest.lines, words), is_list=True)
            elif latest is not None and not latest.is_list and not is_item and line is not paragraph.splitlines()[0]:
                blocks[-1] = Block((*latest.lines, words), is_list=False)
            elif words:
                blocks.append(Block((words,), is_list=is_item))
    return blocks


def html_layout() -> Template:
    """The page around the words; everything put into it is escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files("notifications.templates").joinpath("email.html").read_text("utf-8"))
