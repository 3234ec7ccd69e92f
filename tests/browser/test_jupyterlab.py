"""A person with a browser: logs in, opens JupyterLab, runs a cell and sees what it shows."""

from playwright.sync_api import Page, expect

from tests.support.hubs import COURSE, Hubs
from tests.support.pictures import keep_picture

NAME = "ada"
SECONDS = 1000  # Playwright counts in thousandths

# An SVG by the standard library alone: it has to look like something in any image that has a Python.
CELL = '''\
from math import exp, pi, sqrt
from random import gauss, seed
from IPython.display import SVG

seed(8)
heights = [gauss(170, 9) for _ in range(4000)]
bars = [sum(1 for h in heights if 140 + 3 * i <= h < 143 + 3 * i) for i in range(20)]
curve = [12000 * exp(-((141.5 + 3 * i - 170) / 9) ** 2 / 2) / (9 * sqrt(2 * pi)) for i in range(20)]
columns = "".join(
    f'<rect x="{20 + 32 * i}" y="{240 - b / 2.6}" width="27" height="{b / 2.6}" rx="2" fill="#f37726" opacity=".8"/>'
    for i, b in enumerate(bars)
)
line = " ".join(f"{33 + 32 * i},{240 - c / 2.6:.0f}" for i, c in enumerate(curve))
ticks = "".join(f'<text x="{33 + 32 * i}" y="260">{141 + 3 * i}</text>' for i in range(0, 20, 3))
SVG(f"""<svg xmlns="http://www.w3.org/2000/svg" width="680" height="275" font-family="sans-serif">
<g font-size="12" fill="#555" text-anchor="middle">{ticks}</g>{columns}
<polyline points="{line}" fill="none" stroke="#2b5b84" stroke-width="3"/>
<text x="20" y="22" font-size="15" fill="#333">Heights of {len(heights)} people, in cm</text></svg>""")'''


def test_a_person_runs_a_cell(hubs: Hubs, page: Page):
    log_in(page, hubs)
    open_notebook(page)
    run_cell(page, "6 * 7")
    expect(page.locator(".jp-OutputArea-output").last).to_have_text("42", timeout=60 * SECONDS)
    run_cell(page, CELL)
    expect(page.locator(".jp-OutputArea-output img").last).to_be_visible(timeout=30 * SECONDS)
    keep_picture("jupyterlab.png", page.screenshot())
    with hubs.person(COURSE, NAME) as person:
        person.log_in().stop()


def log_in(page: Page, hubs: Hubs) -> None:
    page.goto(hubs.url(COURSE))
    page.get_by_label("Username").fill(NAME)
    page.get_by_label("Password").fill(hubs.password(COURSE))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"**/user/{NAME}/lab**", timeout=180 * SECONDS)


def open_notebook(page: Page) -> None:
    page.locator(".jp-LauncherCard[title*='Python 3']").first.click(timeout=60 * SECONDS)
    expect(page.locator(".jp-Notebook")).to_be_visible(timeout=30 * SECONDS)
    # JupyterLab asks every newcomer whether to fetch news.
    page.get_by_role("button", name="No", exact=True).click(timeout=30 * SECONDS)
    # The kernel says that it waits for work: in the status bar, as the notebook's own sign shows so before there is a
    # kernel. What is run too early goes to a kernel that JupyterLab starts, ends and starts again, and is forgotten.
    expect(page.get_by_role("button", name="Python 3 (ipykernel) | Idle")).to_be_visible(timeout=60 * SECONDS)


def run_cell(page: Page, code: str) -> None:
    """Put code into the last cell and run it, which opens the next."""
    editor = page.locator(".jp-Notebook .cm-content").last
    # Put into the cell itself: a fresh JupyterLab moves the focus about, and typed keys go where it is.
    editor.fill(code)
    expect(editor).to_contain_text(code.splitlines()[-1])
    editor.press("Shift+Enter")
