"""Distances against their definitions, written out, and against what must leave them alone."""

import copy
import math
import tracemalloc

import numpy as np
import pytest
import scipy.linalg
import scipy.stats
import sklearn.metrics.pairwise
import tensorflow as tf

import gan_helpers as gh
from gan_helpers.evaluation import distances

frechet, kernel, prdc = distances.frechet_distance, distances.kernel_distance, distances.prdc


def draw(count, dimension=4, seed=0, mean=0.0, scale=1.0):
    """Return correlated, skewed features, float64 (count, dimension)."""
    rng = np.random.default_rng([seed, count, dimension])
    mixing = np.random.default_rng(dimension).normal(size=(dimension, dimension))
    return scale * np.exp(rng.normal(size=(count, dimension)) / 2) @ mixing + mean


def rotation(dimension, seed=0):
    matrix = np.random.default_rng(seed).normal(size=(dimension, dimension))
    return np.linalg.qr(matrix)[0]


PAIRS = [
    (draw(60, seed=1), draw(60, seed=2, mean=0.5)),
    (draw(40, 3, seed=1), draw(70, 3, seed=2, scale=2.0)),
    (draw(8, 12, seed=1), draw(9, 12, seed=2)),  # fewer rows than features
    (draw(50, 1, seed=1), draw(50, 1, seed=2, mean=3.0)),
]


# --- Fréchet distance ----------------------------------------------------------------------------


def test_frechet_of_the_known_case():
    """The value that FID programs are checked with; here the covariances have rank 1 and 1."""
    real, fake = np.ones((100, 2)), np.full((100, 2), 9.0)
    real[:50, 0] = fake[50:, 0] = 2
    # |mu|^2 = 4^2 + 8^2; variances 25/99 and 49 * 25/99, equal directions: (7 - 1)^2 * 25/99
    assert frechet(real, fake) == pytest.approx(80 + 36 * 25 / 99, abs=1e-10)
    assert frechet(real, fake) == pytest.approx(89.0909, abs=5e-5)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_frechet_equals_the_definition(a, b):
    s_a, s_b = (np.atleast_2d(np.cov(x, rowvar=False, ddof=1)) for x in (a, b))
    root = np.real(scipy.linalg.sqrtm((s_a @ s_b).astype(complex)))
    wanted = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(s_a + s_b - 2 * root)
    # Where the covariances are singular, sqrtm itself loses most digits.
    assert frechet(a, b) == pytest.approx(wanted, rel=1e-10 if len(a) > a.shape[1] else 1e-3)


def test_frechet_sees_a_plane_in_space_as_the_plane():
    """Twelve rows in 2 dimensions, turned into 30: the covariances have rank 2."""
    a, b = draw(12, 2, seed=1), draw(13, 2, seed=2, mean=0.5)
    plane = rotation(30)[:2]
    assert frechet(a @ plane, b @ plane) == pytest.approx(frechet(a, b), rel=1e-12)


def test_frechet_on_a_line_is_the_distance_of_means_and_deviations():
    a, b = draw(30, 1, seed=3), draw(31, 1, seed=4, mean=2, scale=5)
    wanted = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    assert frechet(a, b) == pytest.approx(wanted, rel=1e-12)


def test_frechet_of_directions_that_do_not_meet_is_the_sum_of_variances():
    line = draw(30, 1)
    a, b = np.hstack([line, 0 * line, 0 * line]), np.hstack([0 * line, 0 * line, line])
    between = 2 * line.mean() ** 2
    assert frechet(a, b) == pytest.approx(between + 2 * line.var(ddof=1), rel=1e-12)


@pytest.mark.parametrize("shape", [(50, 5), (5, 50), (2, 3), (40, 1)])
def test_frechet_of_equal_sets_is_nothing(shape):
    a = draw(*shape, mean=100.0)
    assert 0.0 <= frechet(a, a[::-1]) < 1e-12 * np.sum(a**2)
    constant = np.ones(shape)
    assert frechet(constant, constant) == 0.0


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_frechet_is_left_alone_by(a, b):
    value, turn = frechet(a, b), rotation(a.shape[1])
    assert value > 0
    assert frechet(b, a) == pytest.approx(value, rel=1e-9)
    shuffled = np.random.default_rng(0).permutation(a)
    assert frechet(shuffled, b) == pytest.approx(value, rel=1e-9)
    assert frechet(a @ turn, b @ turn) == pytest.approx(value, rel=1e-9)
    assert frechet(a + 1e4, b + 1e4) == pytest.approx(value, rel=1e-6)
    assert frechet(3 * a, 3 * b) == pytest.approx(9 * value, rel=1e-9)


# --- kernel distance -----------------------------------------------------------------------------


def mmd_by_loops(a, b):
    def mean(x, y, same):
        pairs = [(i, j) for i in range(len(x)) for j in range(len(y)) if not (same and i == j)]
        return np.mean([(x[i] @ y[j] / len(x[i]) + 1) ** 3 for i, j in pairs])

    return mean(a, a, True) + mean(b, b, True) - 2 * mean(a, b, False)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_kernel_distance_equals_the_definition(a, b):
    assert kernel(a, b) == pytest.approx(mmd_by_loops(a, b), rel=1e-9)
    polynomial = sklearn.metrics.pairwise.polynomial_kernel  # gamma is 1 / D
    k_aa, k_bb = (polynomial(x, degree=3, coef0=1) for x in (a, b))
    n, m = len(a), len(b)
    wanted = (
        (k_aa.sum() - np.trace(k_aa)) / (n * (n - 1))
        + (k_bb.sum() - np.trace(k_bb)) / (m * (m - 1))
        - 2 * polynomial(a, b, degree=3, coef0=1).mean()
    )
    assert kernel(a, b) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_kernel_distance_is_left_alone_by(a, b):
    value, turn = kernel(a, b), rotation(a.shape[1])
    for other in (kernel(b, a), kernel(a[::-1], b), kernel(a @ turn, b @ turn)):
        assert other == pytest.approx(value, rel=1e-7)
        assert other.standard_error == pytest.approx(value.standard_error, rel=1e-6)
    assert kernel(a + 1, b + 1) != pytest.approx(value, rel=1e-2)  # no shift: x·y sees the origin


@pytest.mark.parametrize(
    ("n", "m", "dimension", "scale", "mean"),
    [(40, 40, 64, 1, 0), (60, 120, 32, 1, 0), (60, 60, 16, 1.2, 0.1), (60, 40, 16, 1, 1)],
)
def test_standard_error_is_right(n, m, dimension, scale, mean):
    """Over many samples, two of three values lie within one standard error of their mean."""
    rng, repeats = np.random.default_rng(0), 400
    values = [
        kernel(rng.normal(size=(n, dimension)), rng.normal(mean, scale, (m, dimension)))
        for _ in range(repeats)
    ]
    found, errors = np.array(values), np.array([value.standard_error for value in values])
    truth = 0.0 if (scale, mean) == (1, 0) else found.mean()
    assert abs(found.mean() - truth) < 4 * found.std() / math.sqrt(repeats)  # unbiased
    assert 0.62 < np.mean(np.abs(found - truth) < errors) < 0.78
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(found.std(), rel=0.15)


def test_estimate_is_a_float_that_keeps_its_error():
    estimate = distances.Estimate(0.25, 0.5)
    assert isinstance(estimate, float) and estimate + 1 == 1.25
    assert repr(estimate) == "0.25 ± 0.5" and f"{estimate:.1f}" == "0.2"
    for twin in (copy.copy(estimate), copy.deepcopy(estimate)):
        assert (twin, twin.standard_error) == (0.25, 0.5)


def test_kernel_distance_of_constant_sets_is_exact():
    value = kernel(np.full((9, 2), 2.0), np.ones((7, 2)))
    assert (float(value), value.standard_error) == (pytest.approx(125 + 8 - 2 * 27), 0.0)


# --- neighborhoods -------------------------------------------------------------------------------


def prdc_by_loops(real, fake, k):
    def radius(points, index):
        rest = [math.dist(points[index], p) for j, p in enumerate(points) if j != index]
        return sorted(rest)[k - 1]

    inside_real = np.array(
        [[math.dist(r, f) < radius(real, i) for f in fake] for i, r in enumerate(real)]
    )
    inside_fake = np.array(
        [[math.dist(r, f) < radius(fake, j) for r in real] for j, f in enumerate(fake)]
    )
    return {
        "precision": inside_real.any(axis=0).mean(),
        "recall": inside_fake.any(axis=0).mean(),
        "density": inside_real.sum() / (k * len(fake)),
        "coverage": inside_real.any(axis=1).mean(),
    }


@pytest.mark.parametrize("k", [1, 2, 5])
@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_prdc_equals_the_definition(a, b, k):
    a, b = a[:30], b[:25]
    assert prdc(a, b, k) == pytest.approx(prdc_by_loops(a, b, k))
    assert prdc(b, a, k) == pytest.approx(prdc_by_loops(b, a, k))


def test_prdc_by_hand():
    real, fake = [[0.0], [1.0], [3.0], [10.0]], [[0.5], [2.0], [20.0]]
    # k = 1: real radii 1, 1, 2, 7; fake radii 1.5, 1.5, 18. A tie (2 from 1) is outside.
    # 0.5 is inside 0 and 1, but not 3 (2.5); 2 is inside 3 alone (1 from 1: a tie); 20 in none.
    # Reals: 0, 1 and 3 are inside fakes 0.5 or 2, and 10 is inside 20.
    assert prdc(real, fake, k=1) == {
        "precision": pytest.approx(2 / 3),
        "recall": 1.0,
        "density": 1.0,
        "coverage": 0.75,
    }


@pytest.mark.parametrize("offset", [0.0, 1000.0])
def test_prdc_counts_ties_as_outside(offset):
    """Points of a lattice, some of them twice: nearly all distances are tied.

    A mean is taken off before distances are computed, and rounds.
    """
    lattice = np.stack(np.meshgrid(np.arange(5), np.arange(5)), axis=-1).reshape(-1, 2)
    real, fake = np.vstack([lattice, lattice[:6]]), np.vstack([lattice[3:20], lattice[:9]])
    wanted = prdc_by_loops(real, fake, 3)
    assert prdc(real * 0.25 + offset, fake * 0.25 + offset, 3) == pytest.approx(wanted)


def test_prdc_of_copies():
    """Each real is inside with its own copy and those of its k - 1 nearest others."""
    a = draw(300, 6)
    wanted = {"precision": 1.0, "recall": 1.0, "density": 1.0, "coverage": 1.0}
    assert prdc(a, a[::-1], 5) == wanted
    assert prdc(a, a + 1e6, 5) == dict.fromkeys(wanted, 0.0)
    constant = np.ones((9, 3))  # all radii are 0, and nothing is nearer than that
    assert prdc(constant, constant, 5) == dict.fromkeys(wanted, 0.0)


def test_prdc_of_equal_distributions():
    n, k = 2000, 5
    found = prdc(draw(n, 8, seed=1), draw(n, 8, seed=2), k)
    # Of a real's k nearest among N - 1 reals and N fakes, none is a fake (Naeem et al. 2020).
    none = np.prod([(n - j) / (2 * n - j) for j in range(1, k + 1)])
    assert found["coverage"] == pytest.approx(1 - none, abs=0.015)
    assert found["density"] == pytest.approx(1.0, abs=0.05)
    assert 0.8 < found["precision"] < 1.0 and abs(found["precision"] - found["recall"]) < 0.05


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_prdc_is_left_alone_by(a, b):
    value, turn = prdc(a, b), rotation(a.shape[1])
    assert prdc(a[::-1], np.random.default_rng(0).permutation(b)) == value
    assert prdc(a @ turn, b @ turn) == value
    assert prdc(3 * a + 7, 3 * b + 7) == value
    other = prdc(b, a)
    assert (value["precision"], value["recall"]) == (other["recall"], other["precision"])


# --- nearest -------------------------------------------------------------------------------------


def test_nearest_equals_the_definition():
    a, b = draw(40, 5, seed=1), draw(90, 5, seed=2)
    b[33] = a[7]
    gaps = np.linalg.norm(a[:, np.newaxis] - b, axis=2)
    indices, found = distances.nearest(a + 1e3, b + 1e3)
    assert np.array_equal(indices, gaps.argmin(axis=1))
    np.testing.assert_allclose(found, gaps.min(axis=1), atol=1e-9)
    assert (indices[7], found[7]) == (33, 0.0)


# --- all of them ---------------------------------------------------------------------------------


def everything(a, b):
    return (frechet(a, b), kernel(a, b), kernel(a, b).standard_error, *prdc(a, b).values())


def test_blocks_change_nothing(monkeypatch):
    a, b = draw(60, 5, seed=1), draw(45, 5, seed=2, mean=0.3)
    whole, nearest = everything(a, b), distances.nearest(a, b)
    monkeypatch.setattr(distances, "BLOCK", 100)  # one or two rows at a time
    assert everything(a, b) == pytest.approx(whole, rel=1e-9)
    np.testing.assert_allclose(distances.nearest(a, b), nearest, rtol=1e-12)


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(distances, "BLOCK", 100_000)  # 0.8 MB
    a, b = draw(2000, 8, seed=1), draw(2000, 8, seed=2)  # N x N: 32 MB
    tracemalloc.start()
    everything(a, b), distances.nearest(a, b)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8e6


class Torch:
    """What a PyTorch tensor with gradients looks like from outside."""

    def __init__(self, values):
        self.values = values

    def detach(self):
        return self

    def cpu(self):
        return self.values

    def __array__(self, *_, **__):
        raise RuntimeError("call detach first")


@pytest.mark.parametrize("kind", [np.float32, tf.constant, Torch, lambda x: x.tolist()])
def test_arrays_of_any_backend(kind):
    a, b = (np.round(draw(20, 3, seed=seed), 2).astype(np.float32) for seed in (1, 2))
    assert everything(kind(a), kind(b)) == everything(a, b)


def test_half_precision_is_computed_in_full():
    a = (1000 + draw(200, 3)).astype(np.float16)
    b = (900 + draw(200, 3, seed=1)).astype(np.float16)
    assert everything(a, b) == everything(a.astype(np.float64), b.astype(np.float64))
    small = tf.cast(tf.constant(a), tf.bfloat16)
    assert frechet(small, small) < 1e-6


def changed(value):
    a = draw(9, 3)
    a[2, 1] = value
    return a


@pytest.mark.parametrize("measure", [frechet, kernel, prdc])
@pytest.mark.parametrize(
    ("a", "message"),
    [
        (draw(9, 2), r"features a row and .* has .*; give both from one feature net"),
        (draw(9, 3)[:, 0], r"has the shape \(9,\); expected features \(N, D\)"),
        (np.zeros((9, 3, 1)), r"has the shape \(9, 3, 1\)"),
        (np.zeros((9, 0)), r"has the shape \(9, 0\)"),
        (draw(1, 3), r"has 1 row\(s\); at least [246] are needed"),
        (draw(9, 3)[:0], r"has 0 row\(s\)"),
        (changed(np.nan), "holds NaN or infinity in 1 of 9 rows"),
        (changed(-np.inf), "holds NaN or infinity in 1 of 9 rows"),
        ([["x", "y", "z"]] * 9, "is no array of numbers"),
        ([[1.0, 2.0], [3.0]], "is no array of numbers"),
        (None, "is no array of numbers|has the shape"),
    ],
)
def test_refuses(measure, a, message):
    good = draw(9, 3)
    for pair in ((a, good), (good, a)):
        with pytest.raises(ValueError, match=message):
            measure(*pair)


@pytest.mark.parametrize("k", [0, -1, 2.0, "5"])
def test_prdc_refuses_k(k):
    with pytest.raises(ValueError, match=r"^k is .* from 1 on"):
        prdc(draw(9), draw(9), k)


def test_prdc_needs_more_rows_than_k():
    with pytest.raises(ValueError, match=r"real has 5 row\(s\); at least 6"):
        prdc(draw(5), draw(9), 5)
    assert prdc(draw(6), draw(9), 5)


def test_public_names():
    for name in ("frechet_distance", "kernel_distance", "prdc", "Estimate"):
        assert getattr(gh.evaluation, name) is getattr(distances, name)
