"""Modes found and points of high quality, counted by hand and for the mixture itself."""

import math

import numpy as np
import pytest

from gan_helpers import data, evaluation


def test_the_mixture_itself_scores_98_9_percent():
    grid = data.grid()
    many, _ = grid.sample(200_000, seed=3)
    found = evaluation.plane_coverage(many, grid)
    assert found["high_quality"] == pytest.approx(1 - math.exp(-4.5), abs=0.001)
    assert found["modes"] == 25
    assert found["kl"] < 0.001
    published = evaluation.plane_coverage(data.load("grid", split="test")[0], grid)
    assert published["n"] == 2500
    assert published["modes"] == 25
    assert 0.98 < published["high_quality"] < 0.997


def test_counted_by_hand():
    """Two modes at 0 and 10 along x, deviation 1; the third point of each is too far away."""
    mixture = data.Mixture([[0, 0], [10, 0], [50, 0]], 1.0)
    points = [[0, 0], [0, 2.99], [0, 3.01], [10, 0], [12, 2], [14, 0], [-2, -2], [5.1, 0]]
    found = evaluation.plane_coverage(points, mixture)
    assert found["modes"] == 2
    assert found["high_quality"] == 5 / 8
    assert found["kl"] == pytest.approx(0.6 * math.log(0.6 * 3) + 0.4 * math.log(0.4 * 3))
    assert found["n"] == 8


def test_the_limit_is_a_circle_of_three_deviations_and_does_not_belong_to_it():
    mixture = data.Mixture([[0, 0]], 0.5)
    inside, on, corner = [1.49, 0.0], [1.5, 0.0], [1.1, 1.1]
    assert evaluation.plane_coverage([inside], mixture)["high_quality"] == 1.0
    assert evaluation.plane_coverage([on], mixture)["high_quality"] == 0.0
    assert evaluation.plane_coverage([corner], mixture)["high_quality"] == 0.0


def test_one_mode_alone_has_the_largest_divergence():
    grid = data.grid()
    found = evaluation.plane_coverage(np.tile(grid.centers[7], (100, 1)), grid)
    assert found == {"modes": 1, "high_quality": 1.0, "kl": pytest.approx(math.log(25)), "n": 100}


def test_equal_shares_have_none():
    ring = data.ring()
    assert evaluation.plane_coverage(np.tile(ring.centers, (3, 1)), ring)["kl"] == 0.0


def test_points_far_from_all_modes_find_none():
    found = evaluation.plane_coverage(np.full((10, 2), 100.0), data.ring())
    assert (found["modes"], found["high_quality"]) == (0, 0.0)
    assert math.isnan(found["kl"])


def test_numbers_are_plain():
    found = evaluation.plane_coverage(data.ring().sample(10)[0], data.ring())
    assert [type(value) for value in found.values()] == [int, float, float, int]


@pytest.mark.parametrize(
    ("points", "mixture", "message"),
    [
        (np.zeros((4, 3)), data.ring(), r"points has the shape \(4, 3\); expected \(N, 2\)"),
        (np.zeros(2), data.ring(), r"points has the shape \(2,\)"),
        (np.zeros((0, 2)), data.ring(), r"points has the shape \(0, 2\)"),
        ([[0.0, np.nan]], data.ring(), "points holds NaN"),
        ([["a", "b"]], data.ring(), "points holds NaN, infinity or what is no number"),
        (np.zeros((4, 2)), "grid", "mixture is a str; expected a Mixture"),
    ],
)
def test_bad_arguments_are_refused(points, mixture, message):
    with pytest.raises(ValueError, match=message):
        evaluation.plane_coverage(points, mixture)
