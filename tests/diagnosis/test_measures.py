"""Numbers read off batches: exact on arrays that can be computed by hand."""

import math

import numpy as np
import pytest

from gan_helpers.diagnosis import measures


def uniform(*shape, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape)


@pytest.mark.parametrize(
    ("shape", "pictures"),
    [
        ((5, 28, 28, 3), (5, 28, 28, 3)),
        ((5, 28, 28), (5, 28, 28, 1)),
        ((5, 784), (5, 28, 28, 1)),
        ((5, 3 * 64), (5, 8, 8, 3)),
        ((5, 2), None),
        ((5, 49), None),  # 7 x 7: more likely a vector
        ((5, 100, 2), (5, 100, 2, 1)),
    ],
)
def test_what_counts_as_pictures(shape, pictures):
    found = measures.as_pictures(np.zeros(shape))
    assert (found if found is None else found.shape) == pictures


def test_neighbors_of_a_checkerboard_and_of_halves():
    rows, columns = np.indices((8, 8))
    board = np.where((rows + columns) % 2, 1.0, -1.0)[None, :, :, None]
    assert measures.neighbor_correlation(board) == pytest.approx(-1.0)
    halves = np.where(columns < 4, 1.0, -1.0)[None, :, :, None]
    # 5 of 7 steps to the right, and all steps down, meet the same value... minus the one edge.
    assert measures.neighbor_correlation(halves) == pytest.approx((5 / 7 + 1) / 2)
    assert math.isnan(measures.neighbor_correlation(np.ones((2, 8, 8, 1))))
    assert math.isnan(measures.neighbor_correlation(uniform(9, 2)))


def test_noise_and_digits(digits):
    assert abs(measures.neighbor_correlation(uniform(64, 28, 28, 3))) < 0.02
    assert 0.7 < measures.neighbor_correlation(digits / 127.5 - 1) < 0.95


def test_diversity_is_the_deviation_over_the_batch():
    samples = np.stack([np.zeros((4, 4, 1)), np.full((4, 4, 1), 2.0)])
    assert measures.diversity(samples) == pytest.approx(math.sqrt(2))
    assert measures.diversity(np.repeat(uniform(1, 4, 4, 1), 9, axis=0)) == pytest.approx(0)
    assert math.isnan(measures.diversity(samples[:1]))


def test_nearest_distance_is_a_median_without_the_sample_itself():
    points = np.array([[0.0, 0.0], [1.0, 1.0], [1.5, 1.5], [9.0, 9.0]])
    assert measures.nearest_distance(points) == pytest.approx(0.75)  # of 1, .5, .5, 7.5
    assert math.isnan(measures.nearest_distance(points[:1]))


def test_batch_names_its_numbers_and_looks_at_64():
    samples = np.concatenate([np.zeros((64, 8, 8, 1)), np.full((9, 8, 8, 1), 7.0)])
    samples[0, 0, 0] = -2.0
    found = measures.batch(samples, "real")
    names = "min max mean std correlation diversity nearest".split()
    assert list(found) == [f"real_{name}" for name in names]
    assert (found["real_min"], found["real_max"]) == (-2.0, 0.0)


@pytest.mark.parametrize(
    ("real", "fake", "expected"),
    [([1, 2], [0, 0], 1.0), ([0, 0], [1, 2], 0.0), ([1, 1], [1, 1], 0.5), ([0, 2], [1, 1], 0.5)],
)
def test_ranking_by_hand(real, fake, expected):
    found = measures.ranking(np.array(real, float), np.array(fake, float))
    assert found == pytest.approx(expected)


def test_ranking_is_the_same_for_logits_and_probabilities():
    real, fake = uniform(40, seed=1) + 0.3, uniform(40, seed=2)

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    assert measures.ranking(real, fake) == measures.ranking(sigmoid(real), sigmoid(fake))
    assert 0.5 < measures.ranking(real, fake) < 1
    assert math.isnan(measures.ranking(np.array([np.nan]), fake))


def test_cosine_reads_lists_as_one_vector():
    first = [np.array([3.0, 0.0]), np.array([[4.0]])]
    second = [np.array([0.0, 5.0]), np.array([[2.0]])]
    assert measures.norm(first) == pytest.approx(5)
    assert measures.cosine(first, first) == pytest.approx(1)
    assert measures.cosine(first, second) == pytest.approx(8 / (5 * math.sqrt(29)))
    assert math.isnan(measures.cosine(first, [np.zeros(2), np.zeros((1, 1))]))
