"""The comment of a pull request as somebody sees it who opens the page: what counts stands open, the rest is folded."""

import re
from datetime import date
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Page, expect

from ops.preview.accepting import Acceptance
from ops.preview.fitting import GITHUB_MOST
from ops.preview.judging import judge
from ops.preview.reading import read
from ops.preview.remark import Past, Remark
from ops.preview.rendering import Extent, render
from ops.preview.veil import Veil
from tests.support.pictures import keep_picture

HERE = Path(__file__).parent
STACK = "course-fall"
"""A preview that the real engine made of this stack on the simulated Google Cloud, less what stays as it is: one hub
more, more memory for everybody, larger nodes, and homes in another zone, which had to be planted in the program."""


def test_a_comment_says_first_what_is_at_risk(page: Page) -> None:
    page.set_content(page_of(comment()))
    expect(page.locator("h3")).to_contain_text("Data at risk in course-fall")
    homes = page.locator("li", has_text="Instance homes")
    expect(homes.first).to_be_in_viewport()
    folds = page.locator("details")
    assert folds.count() > 2
    assert not any(folds.nth(number).get_attribute("open") is not None for number in range(folds.count()))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("details", has_text="values of").first.locator("summary").click()
    expect(page.locator("pre .added").first).to_be_visible()
    keep_picture("preview-comment.png", page.locator("body").screenshot())


def comment() -> str:
    """Give the comment on the preview that is kept beside this file."""
    text = (HERE / f"{STACK}.json").read_text()
    report = judge(read(STACK, text, Veil()), Acceptance(), date(2026, 11, 21))
    before = Remark((1, 1), Past("safe", "3c1d9a7e0b5f", "2026-11-21 08:58 UTC"))
    remark = Remark((2, 1), Past("data at risk", "8f2b6c4d1a90", "2026-11-21 09:12 UTC")).after(before)
    return render([report], remark.written(), "the run's summary and its artifact", Extent(most=GITHUB_MOST))


def page_of(comment: str) -> str:
    """Give the page that the comment is on; GitHub colours the lines of a diff, and so does this."""
    body = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(comment)
    body = re.sub(r'<pre><code class="language-diff">(.*?)</code></pre>', _coloured, body, flags=re.DOTALL)
    who = "<div class=who><b>github-actions</b> <i>bot</i> commented 2 minutes ago</div>"
    style = (HERE / "github.css").read_text()
    return f"<style>{style}</style><div class=box>{who}<div class=markdown>{body}</div></div>"


def _coloured(found: re.Match[str]) -> str:
    kinds = {"+": "added", "-": "removed"}
    lines = [
        f"<span class={kinds[line[0]]}>{line}</span>" if line[:1] in kinds else line for line in found[1].splitlines()
    ]
    return f"<pre><code>{'<br>'.join(lines)}</code></pre>"
