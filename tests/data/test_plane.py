"""Mixtures in the plane: where their modes lie, and what is drawn from them."""

import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers import data


def distances(points):
    """Return the distances between all pairs of different points, sorted."""
    all_pairs = np.linalg.norm(points[:, np.newaxis] - points, axis=-1)
    return np.sort(all_pairs[np.triu_indices(len(points), 1)])


def test_the_published_ring():
    mixture = data.ring()
    assert mixture.centers.shape == (8, 2)
    assert mixture.deviation == 0.01
    np.testing.assert_allclose(np.linalg.norm(mixture.centers, axis=1), 1.0)
    np.testing.assert_allclose(mixture.centers[[0, 2]], [[1, 0], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(distances(mixture.centers)[:8], 2 * np.sin(np.pi / 8))


def test_the_published_grid():
    mixture = data.grid()
    assert mixture.deviation == 0.05
    expected = {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert {tuple(center) for center in mixture.centers} == expected
    assert len(mixture.centers) == 25


def test_rings_and_grids_of_other_sizes():
    assert np.ptp(data.ring(3, radius=2.0).centers[:, 0]) == pytest.approx(3.0)
    np.testing.assert_array_equal(data.grid(1).centers, [[0, 0]])
    np.testing.assert_array_equal(np.unique(data.grid(2, spacing=3.0).centers), [-1.5, 1.5])
    assert data.ring(deviation=0.2).deviation == data.grid(deviation=0.2).deviation == 0.2


def test_a_spiral_opens_in_even_steps():
    centers = data.spiral(count=40, turns=2.0, radius=3.0).centers
    radii = np.linalg.norm(centers, axis=1)
    assert (np.diff(radii) > 0).all()
    np.testing.assert_allclose(centers[-1], [3, 0], atol=1e-12)  # two whole turns
    turned = np.diff(np.unwrap(np.arctan2(centers[:, 1], centers[:, 0])))
    assert (turned > 0).all()
    steps = np.linalg.norm(np.diff(centers, axis=0), axis=1)
    assert steps.max() / steps.min() < 1.5


@pytest.mark.parametrize("mixture", [data.ring(), data.grid(), data.spiral()])
def test_points_belong_to_their_modes(mixture):
    points, modes = mixture.sample(5000, seed=1)
    assert points.shape == (5000, 2) and points.dtype == np.float32
    assert modes.shape == (5000,) and modes.dtype == np.int64
    counts = np.bincount(modes, minlength=len(mixture.centers))
    expected = 5000 / len(counts)
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected)  # equally likely
    scaled = (points - mixture.centers[modes]) / mixture.deviation
    assert np.abs(scaled.mean(axis=0)).max() < 5 / np.sqrt(5000)
    np.testing.assert_allclose(np.cov(scaled.T), np.eye(2), atol=0.1)  # round, of that size


def test_your_own_points_make_a_mixture():
    mixture = data.Mixture([[0, 0], [5, 1]], 0.1)
    points, modes = mixture.sample(200)
    assert set(modes) == {0, 1}
    assert np.abs(points - np.array([[0, 0], [5, 1]])[modes]).max() < 1.0
    with pytest.raises(ValueError, match="read-only"):
        mixture.centers[0] = 7


def test_a_seed_repeats_and_another_one_does_not():
    (first, _), (same, _), (other, _) = (data.ring().sample(50, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


@pytest.mark.parametrize("name", ["ring", "grid"])
def test_load_draws_them(name, capsys):
    points, modes = data.load(name)
    test_points, test_modes = data.load(name, split="test")
    said = capsys.readouterr().out
    assert said == (
        f"data: {name}, 100,000 train points, drawn here\n"
        f"data: {name}, 2,500 test points, drawn here\n"
    )
    assert points.shape == (100_000, 2) and test_points.shape == (2500, 2)
    mixture = getattr(gh.data, name)()
    scaled = (test_points - mixture.centers[test_modes]) / mixture.deviation
    assert 0.9 < scaled.std() < 1.1
    assert set(modes) == set(test_modes) == set(range(len(mixture.centers)))
    np.testing.assert_array_equal(data.load(name)[0], points)
    assert not {point.tobytes() for point in points} & {point.tobytes() for point in test_points}


def test_load_names_what_there_is():
    with pytest.raises(ValueError, match=r"name is 'square'; allowed are mnist, .*ring, grid"):
        data.load("square")
    with pytest.raises(ValueError, match="split is 'all'; allowed are train, test"):
        data.load("ring", split="all")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.Mixture([1, 2], 0.1), r"centers has the shape \(2,\); expected points"),
        (lambda: data.Mixture([[1, 2, 3]], 0.1), r"centers has the shape \(1, 3\)"),
        (lambda: data.Mixture(np.zeros((0, 2)), 0.1), r"centers has the shape \(0, 2\)"),
        (lambda: data.Mixture([["a", "b"]], 0.1), "centers has the shape"),
        (lambda: data.Mixture([[0, np.nan]], 0.1), "centers holds NaN"),
        (lambda: data.Mixture([[0, 0]], 0), "deviation is 0; it must be a number above 0"),
        (lambda: data.Mixture([[0, 0]], float("nan")), "deviation is nan"),
        (lambda: data.Mixture([[0, 0]], "small"), "deviation is 'small'"),
        (lambda: data.ring(0), "count is 0; it must be a whole number from 1 on"),
        (lambda: data.ring(radius=-1), "radius is -1; it must be a number above 0"),
        (lambda: data.grid(2.5), "side is 2.5; it must be a whole number from 1 on"),
        (lambda: data.grid(spacing=0), "spacing is 0"),
        (lambda: data.spiral(1), "count is 1; it must be a whole number from 2 on"),
        (lambda: data.spiral(turns=0), "turns is 0"),
        (lambda: data.ring().sample(0), "count is 0; it must be a whole number from 1 on"),
        (lambda: data.ring().sample(5, seed=-1), "seed is -1; it must be a whole number from 0"),
        (lambda: data.ring().sample(5, seed=0.5), "seed is 0.5"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
