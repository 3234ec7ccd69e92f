import pytest

from testbed.local.ways import Got, Part, Way
from testbed.steps import StepError


def way(name, lacks=""):
    return Way(name, lambda: lacks, lambda: Got(variables={"WAY": name}))


def test_the_first_way_that_lacks_nothing_is_taken():
    choice = Part("the engine", "why", (way("path", "there is none"), way("download"), way("source"))).choose()
    assert choice.needed().name == "download"
    assert choice.why_not == "path: there is none"


def test_ways_after_the_chosen_one_are_not_looked_at():
    def never():
        raise AssertionError

    assert Part("x", "why", (way("first"), Way("second", never, Got))).choose().needed().name == "first"


def test_no_way_is_a_sentence_that_says_why_and_what_to_do():
    part = Part("a cluster", "why", (way("kind", "no Docker"), way("own", "no root")), help="Install Docker.")
    with pytest.raises(StepError) as error:
        part.choose().needed()
    assert str(error.value).splitlines() == [
        "There is no way to have a cluster here:",
        "  kind: no Docker.",
        "  own: no root.",
        "Install Docker.",
    ]
