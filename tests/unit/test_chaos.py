"""The moments of `make chaos`: as many as asked for, the same for the same seed, and Helm's where its releases are."""

import pytest

from testbed.chaos.points import draw


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 8, 20, 21])
def test_there_are_as_many_as_asked_for_half_of_them_each_way(count: int) -> None:
    points = draw(1, count)
    up = [each for each in points if each.command == "up"]
    assert len(points) == count
    assert len(up) == (count + 1) // 2
    assert points[: len(up)] == up


@pytest.mark.parametrize("count", [3, 8, 20])
def test_helms_are_the_last_going_up_and_the_first_going_down(count: int) -> None:
    marks = "".join("h" if each.release else "." for each in draw(2, count))
    assert "h" in marks
    assert marks.strip(".") == "h" * marks.count("h")


def test_a_seed_draws_the_same_moments_again_and_another_seed_others() -> None:
    assert draw(3, 20) == draw(3, 20) != draw(4, 20)


def test_the_moments_lie_over_the_whole_way() -> None:
    reached: list[list[float]] = [[] for _ in range(8)]
    for seed in range(300):
        done = 0.0
        for number, point in enumerate(draw(seed, 20)[:8]):
            done += (1 - done) * point.share
            reached[number].append(done)
    means = [sum(each) / len(each) for each in reached]
    assert means == sorted(means)
    assert means[0] < 0.15
    assert means[-1] > 0.6
