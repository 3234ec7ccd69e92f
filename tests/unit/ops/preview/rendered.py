"""A comment as a CommonMark renderer reads it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

OURS = {
    "heading",
    "paragraph",
    "bullet_list",
    "list_item",
    "blockquote",
    "inline",
    "text",
    "softbreak",
    "code_inline",
    "strong",
    "em",
    "fence",
    "html_block",
    "html_inline",
    "link",
}
_HTML = re.compile(
    r"<details><summary>(?:[^<>]|<code>[^<>]*</code>)*</summary>|</details>|</?sub>|<!-- hubstack-preview [\w=-]+ -->"
)


def tokens(comment: str) -> list[Token]:
    def all_of(some: list[Token]) -> Iterator[Token]:
        for each in some:
            yield each
            yield from all_of(each.children or [])

    return list(all_of(_MARKDOWN.parse(comment)))


def check(comment: str) -> None:
    """Fail where the comment has anything that is not ours: a link, a table, a heading, a tag, a fold left open."""
    found = tokens(comment)
    for each in found:
        assert re.sub(r"_(open|close)$", "", each.type) in OURS, each.type
        if each.type.startswith("html"):
            left = _HTML.sub("", each.content)
            # A paragraph's line may be read as a part of a block of HTML only where we close one.
            assert "<" not in left, each.content
    assert [each.tag for each in found if each.type == "heading_open"] in ([], ["h3"])
    assert not any(
        each.type == "link_open" and not str(each.attrs["href"]).startswith("https://ours/") for each in found
    )
    whole = "".join(each.content for each in found if each.type.startswith("html"))
    assert whole.count("<details>") == whole.count("</details>")
    depth = 0
    for tag in re.findall(r"</?details>", whole):
        depth += 1 if tag == "<details>" else -1
        assert depth in (0, 1)


def outside_of_code(comment: str) -> str:
    """Give all text that is not code: only our own words may be there."""
    found = tokens(comment)
    texts = [each.content for each in found if each.type == "text"]
    html = [re.sub(r"<code>[^<>]*</code>", "", each.content) for each in found if each.type.startswith("html")]
    return "\n".join(texts + html)


def words(comment: str) -> str:
    """Give everything that a reader can see, and all that is hidden in comments, as text."""
    parser = _Words()
    parser.feed(_MARKDOWN.render(comment))
    return "".join(parser.found)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)
