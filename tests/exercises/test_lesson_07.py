"""Lesson 07's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np

from gan_helpers import evaluation
from gan_helpers.evaluation import distances
from gan_helpers.exercises import lesson_07

# --- The Fréchet distance ------------------------------------------------------------------------


def by_eigenvalues(a, b, ddof=1, rowvar=False, root=np.sqrt, product=np.matmul, factor=2.0):
    gap = a.mean(axis=0) - b.mean(axis=0)
    cov_a = np.cov(a, rowvar=rowvar, ddof=ddof)
    cov_b = np.cov(b, rowvar=rowvar, ddof=ddof)
    eigenvalues = np.maximum(np.linalg.eigvals(product(cov_a, cov_b)).real, 0.0)
    return gap @ gap + np.trace(cov_a) + np.trace(cov_b) - factor * root(eigenvalues).sum()


def without_square(a, b):
    gap = a.mean(axis=0) - b.mean(axis=0)
    return by_eigenvalues(a, b) - gap @ gap + np.linalg.norm(gap)


def without_means(a, b):
    return by_eigenvalues(a - a.mean(axis=0), b - b.mean(axis=0))


def root_of_entries(a, b, prepare=np.asarray):
    gap = a.mean(axis=0) - b.mean(axis=0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    with np.errstate(invalid="ignore"):
        return gap @ gap + np.trace(cov_a + cov_b - 2 * np.sqrt(prepare(cov_a @ cov_b)))


def with_negative_eigenvalues(a, b):
    gap = a.mean(axis=0) - b.mean(axis=0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    with np.errstate(invalid="ignore"):
        root = np.sqrt(np.linalg.eigvals(cov_a @ cov_b).real).sum()
    return gap @ gap + np.trace(cov_a + cov_b) - 2 * root


WRONG_DISTANCES = {
    "divided by N": (lambda a, b: by_eigenvalues(a, b, ddof=0), "divide by N - 1"),
    "covariances of the rows": (lambda a, b: by_eigenvalues(a, b, rowvar=True), "rowvar=False"),
    "no root": (lambda a, b: by_eigenvalues(a, b, root=np.asarray), "take the root of each"),
    "product of entries": (
        lambda a, b: by_eigenvalues(a, b, product=np.multiply),
        "entry by entry",
    ),
    "root of entries": (root_of_entries, "root of each entry"),
    "root of positive entries": (
        lambda a, b: root_of_entries(a, b, prepare=lambda product: np.maximum(product, 0.0)),
        "root of each entry",
    ),
    "no factor 2": (lambda a, b: by_eigenvalues(a, b, factor=1.0), "factor 2"),
    "gap not squared": (without_square, "square the gap"),
    "no means": (without_means, "gap of the means is missing"),
    "root of all": (lambda a, b: np.sqrt(max(by_eigenvalues(a, b), 0.0)), "root of the wanted"),
    "negative eigenvalues": (with_negative_eigenvalues, "np.maximum"),
    "complex": (lambda a, b: by_eigenvalues(a, b) + 0j, ".real"),
    "a matrix": (lambda a, b: np.cov(a, rowvar=False), "one number"),
    "something else": (lambda a, b: 1.0, "expected"),
}


def test_a_distance_by_eigenvalues_and_the_helper_are_praised(capsys):
    answers.assert_praised(lesson_07.check_frechet, by_eigenvalues, capsys)
    answers.assert_praised(lesson_07.check_frechet, evaluation.frechet_distance, capsys)


test_a_wrong_distance_is_explained = answers.explained(WRONG_DISTANCES, lesson_07.check_frechet)


# --- Density and coverage ------------------------------------------------------------------------


def shares(*names, k_plus=0):
    """Return an answer that gives the named shares, with k changed by `k_plus`."""

    def density_and_coverage(real, fake, k):
        found = distances.prdc(real, fake, k + k_plus)
        return tuple(found[name] for name in names)

    return density_and_coverage


def by_hand(real, fake, k, count_itself=False, over=np.mean):
    gaps = np.linalg.norm(real[:, None] - fake, axis=-1)
    own = np.sort(np.linalg.norm(real[:, None] - real, axis=-1), axis=1)
    inside = gaps < own[:, k - 1 if count_itself else k][:, None]
    return over(inside.sum(axis=0)) / k, inside.any(axis=1).mean()


def scaled(factor):
    """Return an answer whose density is multiplied by factor(real, fake, k)."""

    def density_and_coverage(real, fake, k):
        density, coverage = by_hand(real, fake, k)
        return density * factor(real, fake, k), coverage

    return density_and_coverage


WRONG_SHARES = {
    "exchanged": (shares("coverage", "density"), "return density first"),
    "counts itself": (lambda *sets: by_hand(*sets, count_itself=True), "itself"),
    "precision": (shares("density", "precision"), "this is precision"),
    "recall": (shares("density", "recall"), "this is recall"),
    "not divided by k": (scaled(lambda real, fake, k: k), "divide by k"),
    "mean over both": (scaled(lambda real, fake, k: 1 / len(real)), "mean over fakes only"),
    "mean over reals": (
        scaled(lambda real, fake, k: len(fake) / len(real)),
        "the mean goes over the fakes",
    ),
    "another density": (scaled(lambda real, fake, k: 0.9), "expected"),
    "another coverage": (lambda real, fake, k: (by_hand(real, fake, k)[0], 0.123), "expected"),
    "one number": (lambda real, fake, k: 0.5, "two numbers"),
    "one blank": (lambda real, fake, k: (1.0, ...), "coverage: still to be filled in"),
    "arrays": (lambda real, fake, k: (np.ones(3), 0.5), "one number"),
}


def test_density_and_coverage_by_hand_are_praised(capsys):
    answers.assert_praised(lesson_07.check_density_and_coverage, by_hand, capsys)
    helper = shares("density", "coverage")
    answers.assert_praised(lesson_07.check_density_and_coverage, helper, capsys)


test_wrong_shares_are_explained = answers.explained(
    WRONG_SHARES, lesson_07.check_density_and_coverage
)


# --- Suspects ------------------------------------------------------------------------------------

RIGHT = {"A": "missing", "B": "copies", "C": "healthy", "D": "blurred"}
PICTURES = np.random.default_rng(0).integers(0, 256, (120, 28, 28, 1)).astype(np.uint8)
LABELS = np.arange(120) % 10


def rows(pictures):
    return {picture.tobytes() for picture in pictures}


def test_suspects_are_what_the_key_says():
    training, fresh = PICTURES[:60], PICTURES[60:]
    found = lesson_07.suspects(training, fresh, LABELS[60:], count=40)
    assert {name: pictures.shape for name, pictures in found.items()} == dict.fromkeys(
        RIGHT, (40, 28, 28, 1)
    )
    assert all(pictures.dtype == np.uint8 for pictures in found.values())
    absent = fresh[LABELS[60:] == lesson_07.MISSING]
    assert rows(found["A"]) <= rows(fresh) - rows(absent)
    assert rows(found["B"]) <= rows(training)
    assert rows(found["C"]) <= rows(fresh) and rows(found["C"]) & rows(absent)
    assert found["D"].std() < found["C"].std()


def test_the_right_verdict_is_praised(capsys):
    answers.assert_praised(lesson_07.check_suspects, RIGHT, capsys)


test_each_verdict_is_judged = answers.riddle(lesson_07.check_suspects, RIGHT, lesson_07.NOT_THIS)

test_an_unusable_verdict_is_explained = answers.explained(
    [
        ("copies", "expected a dict"),
        ({"A": "missing"}, "the keys are ['A']"),
        ({**RIGHT, "B": "memorized"}, "choose one of 'blurred', 'copies', 'healthy', 'missing'"),
    ],
    lesson_07.check_suspects,
)


# --- Stubs ---------------------------------------------------------------------------------------

STUBS = {
    "distance": (lesson_07.check_frechet, lambda a, b: ...),
    "shares": (lesson_07.check_density_and_coverage, lambda real, fake, k: (..., ...)),
    "nothing": (lesson_07.check_density_and_coverage, lambda real, fake, k: ...),
    "verdict": (lesson_07.check_suspects, dict.fromkeys("ABCD", ...)),
}

test_a_stub_is_not_attempted = answers.untouched(STUBS)
