"""The comment: what stands where, that nothing in it breaks it, and that it is never too long."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.preview import fitting, markdown
from ops.preview.differences import differences, parsed, written
from ops.preview.judging import Report
from ops.preview.remark import Past, Remark, read
from ops.preview.rendering import WHOLE, Extent, render
from tests.unit.ops.preview import rendered
from tests.unit.ops.preview.documents import (
    HUB,
    INSTANCE,
    LOST_HOMES,
    RELEASE,
    Json,
    document,
    judged,
    many,
    outputs,
    replacement,
    report,
    step,
    urn,
)

WHERE = "[the run's summary](https://ours/run)"
REMARK = Remark((7, 1), Past("data at risk", "abcdef0123456789", "2026-11-21 09:00 UTC"))


def comment(*reports: Report, most: int | None = fitting.GITHUB_MOST, remark: Remark = REMARK) -> str:
    return render(reports, remark.written(), WHERE, Extent(most=most))


def test_the_verdict_and_the_counts_are_the_first_line() -> None:
    text = comment(report(*LOST_HOMES, *many(4)))
    assert text.splitlines()[0] == "### ⛔ Data at risk in `course-fall`: 1 deleted, 1 replaced, 1 changed, 1 created"
    assert comment(report()).splitlines()[0] == "### ✅ No change in `course-fall`: nothing is to be done"


@pytest.mark.parametrize("place", [0, 150, 300])
def test_lost_homes_among_300_changes_are_in_the_first_ten_lines(place: int) -> None:
    broken = [{"severity": "error", "message": f"error {number}"} for number in range(20)]
    steps = many(300)
    text = comment(report(*steps[:place], *LOST_HOMES, *steps[place:], diagnostics=broken))
    (line,) = [line for line in text.splitlines()[:10] if "Instance homes" in line]
    assert "**replace**" in line
    assert "`location` `europe-west1-b` → `europe-west1-c`" in line
    assert "Everybody's homes and shared folders would be lost" in line
    assert text.splitlines()[0].startswith("### ⛔ Data at risk")


def test_lost_homes_of_one_stack_stand_before_the_changes_of_others() -> None:
    lost = report(*LOST_HOMES)
    text = comment(*[report(*many(100)) for _ in range(8)], lost)
    assert any("Instance homes" in line and "in `course-fall`" in line for line in text.splitlines()[:10])
    assert text.splitlines()[0].startswith("### ⛔ Data at risk in 9 stacks: ")


def test_what_people_feel_stands_open_and_the_rest_is_folded_by_component() -> None:
    values = [{"values": {"hub": {"limit": each}}} for each in (5, 6)]
    text = comment(
        report(
            step("update", RELEASE, "data8-release", *values, above=HUB),
            step(
                "update", "kubernetes:core/v1:Service", "door", {"spec": {"port": 1}}, {"spec": {"port": 2}}, above=HUB
            ),
        )
    )
    opened, _, folded = text.partition("<details>")
    assert "`Release data8-release`. Restarts the hub: logins fail for about 1 min; running notebooks stay." in opened
    assert "- hub.limit: 5\n+ hub.limit: 6" in folded
    assert "<summary><code>Hub data8</code>: 1 change</summary>" in folded
    assert "- change `Service door`: `spec.port` `1` → `2`" in folded


def test_outputs_warnings_and_noise_are_folded() -> None:
    noise = step("update", INSTANCE, "homes", {"labels": {"a": "1"}}, {"labels": {"a": "2"}})
    told = [{"severity": "warning", "message": "careful"}]
    text = comment(judged(document(noise, diagnostics=told), events=outputs({"url": "http://a"}, {"url": "http://b"})))
    assert "<summary>outputs that change</summary>" in text
    assert "- url: http://a\n+ url: http://b" in text
    assert "<summary>1 warning</summary>\n\n- `careful`" in text
    assert "nothing but tags and the provider's own: 1" in text


def test_how_to_accept_a_loss_and_what_is_accepted() -> None:
    assert "accept_data_loss: [{resource: Instance homes, reason: …, until: …}]" in comment(report(*LOST_HOMES))
    text = comment(report(*LOST_HOMES, accepts=[("Instance homes", "2026-12-01")]))
    assert text.startswith("### ⚠️ Attention")
    assert "accepted until 2026-12-01: `it is over`" in text
    text = comment(report(*LOST_HOMES, accepts=[("Instance homes", "2026-11-01")]))
    assert "what the stack file accepts is over since 2026-11-01" in text


def test_a_hub_that_goes_whole_is_accepted_by_one_name() -> None:
    hub: Json = {"op": "delete", "urn": urn("hubstack:index:Hub", "data8"), "oldState": {"custom": False}}
    gone = step("delete", RELEASE, "data8-release", {}, above=HUB)
    gone["oldState"]["parent"] = hub["urn"]
    assert "accept_data_loss: [{resource: Hub data8, reason" in comment(report(hub, gone))
    assert "accept_data_loss: [{resource: Release data8-release, reason" in comment(report(gone))


def test_where_a_plugin_comes_from_is_no_warning() -> None:
    told = [{"severity": "warning", "message": "warning: using pulumi-resource-gcp from $PATH at /x"}] * 2
    told += [{"severity": "warning", "message": "careful"}] * 2
    assert [each.text for each in report(diagnostics=told).preview.warnings] == ["careful"]


def test_long_texts_that_begin_alike_are_shown_where_they_differ() -> None:
    (found,) = differences({"a": "x" * 500 + "one"}, {"a": "x" * 500 + "two"})
    told = markdown.change_of(found, 100)
    assert "xone`" in told
    assert "xtwo`" in told


def test_a_full_comment_says_what_was_cut_and_where_the_rest_is() -> None:
    text = comment(report(*many(2000), *LOST_HOMES))
    assert len(text.encode()) <= fitting.GITHUB_MOST
    head = "\n".join(text.splitlines()[:6])
    assert "This is not all of it: " in head
    assert "are left out. The rest is in [the run's summary](https://ours/run)." in head
    assert "Instance homes" in "\n".join(text.splitlines()[:10])
    assert "thing-1998" in render([report(*many(2000), *LOST_HOMES)], "", WHERE, WHOLE)
    rendered.check(text)


def test_200_changes_stay_readable() -> None:
    text = comment(report(*many(200)))
    opened = text.partition("<details>")[0]
    assert len(opened.splitlines()) < 30
    assert "left out" not in text


def test_1000_changes_in_less_than_a_second() -> None:
    text = document(*many(1000), *LOST_HOMES)
    times: list[float] = []
    for _ in range(3):
        start = time.process_time()
        comment(judged(text, secrets=["one-secret", "another-secret"]))
        times.append(time.process_time() - start)
    assert min(times) < 1


NASTY = [
    *(
        "`",
        "``",
        "```",
        "~~~",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "    ",
        "\t",
        "\0",
        "\u202e",
        "\u200b",
        "\u2028",
        "\ud800",
    ),
    *("<!--", "-->", "</details>", "<details>", "</summary>", "</code>", "<script>", "<img src=x onerror=y>"),
    *("](http://evil)", "![](x)", "[x](y)", "http://evil.example", "@everyone", "#1", "&lt;", "&#60;", "${{ x }}"),
    *("\\", "*", "_", "**", "# ", "- ", "> ", "|", "$a$", "---", "===", "- x\n```\n# y"),
    "<!-- hubstack-preview e30= -->",
]
SENTINEL = "ZQX"
HOSTILE = st.lists(st.sampled_from(NASTY) | st.text(max_size=6), min_size=1, max_size=8).map(
    lambda parts: f"{SENTINEL}{''.join(parts)}{SENTINEL}"
)


@st.composite
def hostile_documents(draw: st.DrawFn) -> Report:
    name, key, old, new = (draw(HOSTILE) for _ in range(4))
    steps: list[Json] = []
    for op in draw(st.lists(st.sampled_from(["create", "update", "delete", "replace"]), max_size=4)):
        kind = draw(st.sampled_from([INSTANCE, RELEASE, "kubernetes:core/v1:Service", f"x:y:{draw(HOSTILE)}"]))
        values: Json = {"values": {"hub": {key: old}}, key: [old, {key: old}]}
        others: Json = {"values": {"hub": {key: new, new: [new]}}, key: [new]}
        steps.append(step(op, kind, name, values, None if op == "delete" else others, reasons=[key], above=HUB))
    return judged(
        document(
            *steps,
            diagnostics=[
                {"severity": "error", "message": draw(HOSTILE), "urn": draw(HOSTILE)},
                {"severity": "warning", "message": draw(HOSTILE)},
            ],
        ),
        events=json.dumps({"policyEvent": {"policyName": draw(HOSTILE), "message": draw(HOSTILE)}}),
    )


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_no_character_breaks_the_markdown_wherever_it_stands(nasty: str) -> None:
    bad = f"{SENTINEL}{nasty}{SENTINEL}{nasty}{SENTINEL}"
    steps = [
        step(op, kind, bad, {"values": {bad: bad}}, {"values": {bad: bad + "!"}}, reasons=[f"values.{bad}"], above=HUB)
        for op in ("update", "replace")
        for kind in (RELEASE, f"a:b:{bad}", INSTANCE, "x:y:Z")
    ]
    for each in steps:
        each["oldState"]["parent"] = each["newState"]["parent"] = f"urn:pulumi:course-fall::hubstack::a:b:{bad}::{bad}"
    told = [{"severity": each, "message": bad, "urn": bad} for each in ("error", "warning")]
    text = comment(report(*steps, diagnostics=told))
    rendered.check(text)
    assert SENTINEL not in rendered.outside_of_code(text)


@pytest.mark.parametrize("line", ["```", "~~~", "`````", "</details>", "    ```"])
def test_no_line_ends_a_block_of_code(line: str) -> None:
    (only,) = [each for each in rendered.tokens(markdown.block([line, "x"])) if each.type == "fence"]
    assert only.content == f"{line}\nx\n"


@given(hostile_documents(), st.integers(1, 2))
def test_no_input_breaks_the_markdown(hostile: Report, times: int) -> None:
    remark = REMARK.after(Remark((6, 1), Past("`</sub>` @all", "<b>", "-->")))
    text = comment(*[hostile] * times, remark=remark)
    rendered.check(text)
    assert SENTINEL not in rendered.outside_of_code(text)
    assert read(text) == remark
    text.encode()


@given(hostile_documents(), st.integers(2_500, 8_000))
def test_a_cut_breaks_nothing(hostile: Report, most: int) -> None:
    text = render([hostile, report(*many(40))], REMARK.written(), WHERE, Extent(most=most))
    assert len(text.encode()) <= most
    rendered.check(text)
    assert SENTINEL not in rendered.outside_of_code(text)
    assert read(text) == REMARK


@settings(max_examples=min(25, settings().max_examples))
@given(st.integers(0, 400), st.integers(0, 40), st.integers(1, 6_000), st.sampled_from(["x", "é", "😀", "`", "\n"]))
def test_it_is_never_too_long(changes: int, lost: int, length: int, letter: str) -> None:
    text = letter * length
    steps = [
        part
        for number in range(lost)
        for part in replacement(INSTANCE, f"{text[:2000]}-{number}", {"a": text}, {"a": text + "!"}, ["a"])
    ]
    broken = [{"severity": "error", "message": text} for _ in range(lost)]
    made = comment(report(*steps, *many(changes), diagnostics=broken))
    assert len(made.encode()) <= fitting.GITHUB_MOST
    assert made.splitlines()[0].startswith("### ⛔ Data at risk" if lost else "### ")
    if lost:
        assert any("⛔ **replace**" in line for line in made.splitlines()[1:12])
    rendered.check(made)


@given(st.text())
def test_code_shows_what_it_is_given(text: str) -> None:
    (only,) = [each for each in rendered.tokens(f"a {markdown.code(text)} b") if each.type == "code_inline"]
    shown = markdown.visible(text)
    assert only.content == (shown if shown.strip() else markdown.code(text).strip("`"))


@given(st.lists(st.integers(0, 99) | st.text("abc-_$ .", min_size=1), min_size=1))
def test_paths_are_written_and_read_alike(path: list[str | int]) -> None:
    assert parsed(written(path)) == tuple(path)


def test_old_verdicts_are_one_line() -> None:
    remark: Remark | None = None
    for number in range(9):
        now = Remark((number, 1), Past("safe" if number % 2 else "attention", f"{number:040x}", f"day {number}"))
        remark = now.after(remark)
    assert remark is not None
    assert remark.after(remark).before == remark.before
    told = remark.written()
    assert told.count("\n") == 2
    assert "<sub>Before: `safe` at `000000000000` (`day 7`) ← `attention`" in told
    assert len(remark.before) == 5
    assert read(f"x\n{told}") == remark


def test_a_remark_that_somebody_edited_is_still_ours() -> None:
    for body in ("e30=", "AAAA", "bm9uZQ==", "x"):
        found = read(f"text\n<!-- hubstack-preview {body}xx -->")
        assert found is None or found.run == (0, 0)
    assert read(f"> {REMARK.written()}\n\nWhat is this?") is None
