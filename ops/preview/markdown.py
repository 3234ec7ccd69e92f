"""Markdown that nothing in it can break out of: whatever came from outside stands in code, and on one line.

In code GitHub takes nothing for a mention, a link or a reference, and no character but the backtick means anything.
"""

import html
import json
import re
from typing import Any

from ops.preview.differences import NOTHING, UNKNOWN, Difference, is_hidden

ARROW = "→"

_RETURN = "⏎"
_BACKTICKS = re.compile("`+")
_UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Characters that show nothing, turn a line round or are no characters at all."""


def visible(text: str) -> str:
    """Give a text in one line, with every character to be seen."""
    text = text.replace("\r\n", "\n").replace("\n", _RETURN)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}" if found[0] != "\t" else " ", text)


def shortened(text: str, most: int | None) -> str:
    """Give a text of at most so many characters; one that was cut ends in …."""
    return text if most is None or len(text) <= most else f"{text[: most - 1]}…"


def code(text: str, most: int | None = None) -> str:
    """Give a text as a code span."""
    text = shortened(visible(text), most)
    if not text.strip():
        return "`(empty)`" if not text else f"`({len(text)} spaces)`"
    fence = "`" * (max(map(len, _BACKTICKS.findall(text)), default=0) + 1)
    # CommonMark takes one space away at both ends; without, a backtick at an end would join the fence.
    padding = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def inside_html(text: str, most: int | None = None) -> str:
    """Give a text as code in a line of HTML, such as a summary."""
    return f"<code>{html.escape(shortened(visible(text), most))}</code>"


def block(lines: list[str], language: str = "") -> str:
    """Give lines as a block of code; each is one line, whatever is in it."""
    shown = [visible(line) for line in lines]
    longest = max((len(run) for line in shown for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}{language}", *shown, fence])


def value(given: Any, most: int | None = None) -> str:
    """Give a value of JSON as people read it."""
    if given is NOTHING:
        return "nothing"
    if is_hidden(given):
        return "*secret*"
    if isinstance(given, str) and given in UNKNOWN:
        return "*known after `up`*"
    return code(plain(given), most)


def plain(given: Any) -> str:
    """Give a value of JSON as one text: a text that looks like something else stands in quotes."""
    if given is NOTHING:
        return ""
    if not isinstance(given, str):
        return json.dumps(given, ensure_ascii=False)
    if given in UNKNOWN:
        return "(known after up)"
    if not given or given in ("true", "false", "null") or re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?", given):
        return f'"{given}"'
    return given


def change_of(difference: Difference, most: int | None = None) -> str:
    """Give a difference: which property, old → new."""
    path = code(difference.written, most)
    old, new = difference.old, difference.new
    if is_hidden(old) and is_hidden(new):
        return f"{path} (*a secret, which changes*)"
    if old is NOTHING and new is NOTHING:
        return path
    old, new = apart(old, new, most)
    return f"{path} {value(old, most)} {ARROW} {value(new, most)}"


def apart(old: Any, new: Any, most: int | None) -> tuple[Any, Any]:
    """Give two values; of long texts that begin alike, the part from shortly before they differ."""
    if most is None or not (isinstance(old, str) and isinstance(new, str)) or max(len(old), len(new)) <= most:
        return old, new
    alike = next((index for index, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    alike = alike or min(len(old), len(new)) * new.startswith(old[: len(new)])
    start = alike - most // 4
    return (f"…{old[start:]}", f"…{new[start:]}") if start > 0 else (old, new)


def diff_lines(difference: Difference, most: int | None = None) -> list[str]:
    """Give a difference as lines of a diff."""
    path, old, new = difference.written, difference.old, difference.new
    if is_hidden(old) and is_hidden(new):
        return [f"! {path}: (a secret, which changes)"]
    old, new = apart(old, new, most - len(path) - 4 if most else None)
    gone = [] if old is NOTHING else [shortened(f"- {path}: {plain(old)}", most)]
    come = [] if new is NOTHING else [shortened(f"+ {path}: {plain(new)}", most)]
    return gone + come or [shortened(f"! {path}", most)]


def folded(summary: str, inside: str) -> str:
    """Give a part that is folded away; `summary` is HTML in one line."""
    return f"<details><summary>{summary}</summary>\n\n{inside}\n\n</details>"
