"""Nearest neighbors against the definition, written out."""

import numpy as np
import pytest

import gan_helpers as gh

find = gh.evaluation.nearest_neighbors


def by_hand(pictures, training):
    """Return (order, distances) of all training pictures for each picture, in gray levels."""
    gaps = pictures[:, np.newaxis].astype(np.float64) - training[np.newaxis]
    distances = np.sqrt(np.mean(gaps**2, axis=(2, 3, 4)))
    order = np.argsort(distances, axis=1, kind="stable")
    return order, np.take_along_axis(distances, order, axis=1)


def test_neighbors_equal_the_definition(digits):
    indices, distances = find(digits[:20], digits[20:220], count=4)
    order, wanted = by_hand(digits[:20], digits[20:220])
    assert indices.shape == distances.shape == (20, 4)
    assert np.array_equal(indices, order[:, :4])
    np.testing.assert_allclose(distances, wanted[:, :4], rtol=1e-4)
    assert (np.diff(distances, axis=1) >= 0).all()


def test_a_copy_is_at_distance_zero(digits):
    training = digits[:100]
    indices, distances = find(training[[7, 42]], training)
    assert indices.ravel().tolist() == [7, 42]
    np.testing.assert_allclose(distances, 0.0, atol=0.05)


@pytest.mark.parametrize("shape", [(3, 3, 1), (5, 4, 3)])
def test_distance_is_in_gray_levels_whatever_the_size(shape):
    black = np.zeros((1, *shape), np.uint8)
    gray = np.stack([np.full(shape, level, np.uint8) for level in (255, 100, 30)])
    indices, distances = find(black, gray, count=3)
    assert indices.tolist() == [[2, 1, 0]]
    np.testing.assert_allclose(distances, [[30.0, 100.0, 255.0]], rtol=1e-5)


def test_many_small_differences_weigh_less_than_one_large_one():
    """Squares, not absolute values: 9 pixels off by 10 are nearer than 1 pixel off by 40."""
    picture = np.zeros((1, 3, 3, 1), np.uint8)
    spread, spot = np.full((3, 3, 1), 10, np.uint8), np.zeros((3, 3, 1), np.uint8)
    spot[1, 1] = 40
    indices, distances = find(picture, np.stack([spot, spread]), count=2)
    assert indices.tolist() == [[1, 0]]
    np.testing.assert_allclose(distances, [[10.0, 40 / 3]], rtol=1e-5)


@pytest.mark.parametrize(
    ("pictures", "training", "count", "message"),
    [
        (np.zeros((2, 4, 4, 1)), np.zeros((2, 4, 4, 1), np.uint8), 1, "pictures is float64"),
        (np.zeros((2, 4, 4, 1), np.uint8), np.zeros((4, 4, 1), np.uint8), 1, "training has the"),
        (np.zeros((2, 4, 4, 1), np.uint8), np.zeros((2, 5, 5, 1), np.uint8), 1, "give both one"),
        (np.zeros((2, 4, 4, 1), np.uint8), np.zeros((0, 4, 4, 1), np.uint8), 1, "is empty"),
        (*np.zeros((2, 2, 4, 4, 1), np.uint8), 0, "count is 0; .* from 1 to 2"),
        (*np.zeros((2, 2, 4, 4, 1), np.uint8), 3, "count is 3; .* from 1 to 2"),
        (*np.zeros((2, 2, 4, 4, 1), np.uint8), 1.0, "count is 1.0"),
    ],
)
def test_refuses(pictures, training, count, message):
    with pytest.raises(ValueError, match=message):
        find(pictures, training, count)
