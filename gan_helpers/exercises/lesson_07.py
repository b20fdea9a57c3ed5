"""Checks of lesson 07: the Fréchet distance, density and coverage, and four suspects."""

import numpy as np
import scipy.ndimage

from gan_helpers.evaluation import distances
from gan_helpers.exercises import checking

# --- Exercise 1: the Fréchet distance ------------------------------------------------------------


@checking.check
def check_frechet(frechet):
    """`frechet(a, b)` returns |gap of means|^2 + Tr(S_a + S_b) - 2 Tr (S_a S_b)^(1/2)."""
    for what, a, b in _feature_sets():
        found = _number(checking.call(frechet, a, b), what)
        right = distances.frechet_distance(a, b)
        slack = 1e-6 * (np.var(a, axis=0).sum() + np.var(b, axis=0).sum() + right)
        if abs(found - right) <= slack:
            continue
        for value, sentence in _wrong_distances(a, b):
            checking.expect(abs(found - value) > slack, f"{what}: {sentence}")
        raise checking.Wrong(f"for {what} the distance is {found:.4f}; expected {right:.4f}.")
    return "you have the distance that most papers report, also where covariances lack full rank."


def _feature_sets():
    """Return (what they are, a, b) of several sizes and ranks."""
    random = np.random.default_rng(0)
    mixed = [random.normal(size=(3, 3)) for _ in range(2)]
    few_a, few_b = random.normal(size=(6, 10)), random.normal(1.0, 2.0, size=(8, 10))
    real, fake = np.ones((100, 2)), np.full((100, 2), 9.0)
    real[:50, 0] = fake[50:, 0] = 2.0
    moved = random.normal(size=(50, 4)) @ random.normal(size=(4, 4))
    return [
        (
            "40 rows of 3 features",
            random.normal(size=(40, 3)) @ mixed[0],
            random.normal(0.5, 1.0, size=(40, 3)) @ mixed[1],
        ),
        (
            "60 against 90 rows",
            random.normal(size=(60, 3)) @ mixed[1],
            random.normal(size=(90, 3)) @ mixed[0] + 1.0,
        ),
        ("two sets where one feature never changes", real, fake),
        ("a set and the same set moved by 1", moved, moved + 1.0),
        ("fewer rows than features", few_a, few_b),
    ]


def _number(found, what):
    """Return the learner's result as a float, or say what else it is."""
    checking.expect(
        np.ndim(found) == 0,
        f"for {what} the result has the shape {np.shape(found)}; a distance is one number.",
    )
    checking.expect(
        not np.iscomplexobj(found),
        f"for {what} the result is a complex number. The eigenvalues of S_a S_b are real; rounding "
        "gives them a trace of an imaginary part. Take their .real.",
    )
    checking.expect(
        np.isfinite(found),
        f"for {what} the result is {found}. np.sqrt of a matrix takes the root of each entry, and "
        "some are negative: take the roots of the eigenvalues instead. Rounding makes eigenvalues "
        "negative that should be 0, so take np.maximum(..., 0) of them first.",
    )
    return float(found)


def _wrong_distances(a, b):
    """Yield (value, sentence) of the likely mistakes."""
    gap = a.mean(axis=0) - b.mean(axis=0)
    between = gap @ gap
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    traces = np.trace(cov_a) + np.trace(cov_b)
    overlap = _trace_of_root(cov_a @ cov_b)
    right = between + traces - 2 * overlap
    yield right - between, "the squared gap of the means is missing."
    yield right - between + np.sqrt(between), "square the gap of the means: no root there."
    yield np.sqrt(right), "this is the root of the wanted number; the FID is the squared distance."
    yield right + overlap, "the factor 2 before the root is missing."
    small_a, small_b = np.cov(a, rowvar=False, ddof=0), np.cov(b, rowvar=False, ddof=0)
    yield (
        between + np.trace(small_a + small_b) - 2 * _trace_of_root(small_a @ small_b),
        "the covariances are divided by N; divide by N - 1, as np.cov does.",
    )
    entries = np.sqrt(np.maximum(np.diag(cov_a @ cov_b), 0.0)).sum()
    yield (
        between + traces - 2 * entries,
        "np.sqrt takes the root of each entry. The root of a matrix is another thing; its trace is "
        "the sum of the roots of the eigenvalues.",
    )
    yield (
        between + traces - 2 * np.trace(cov_a @ cov_b),
        "the eigenvalues go in as they are; take the root of each before you add them.",
    )
    yield (
        between + traces - 2 * _trace_of_root(cov_a * cov_b),
        "cov_a * cov_b multiplies entry by entry; the product of matrices is cov_a @ cov_b.",
    )
    if len(a) == len(b):
        rows_a, rows_b = np.cov(a), np.cov(b)
        yield (
            between + np.trace(rows_a + rows_b) - 2 * _trace_of_root(rows_a @ rows_b),
            "these are covariances of the pictures. np.cov expects one feature a row; say "
            "rowvar=False.",
        )


def _trace_of_root(matrix):
    return np.sqrt(np.maximum(np.linalg.eigvals(matrix).real, 0.0)).sum()


# --- Exercise 2: density and coverage ------------------------------------------------------------


@checking.check
def check_density_and_coverage(density_and_coverage):
    """`density_and_coverage(real, fake, k)` returns both shares, from neighborhoods of reals."""
    random = np.random.default_rng(0)
    for rows, columns, k in ((60, 80, 3), (90, 50, 5)):
        real = random.normal(size=(rows, 2))
        fake = random.normal(0.5, 0.7, size=(columns, 2))
        found = checking.call(density_and_coverage, real, fake, k)
        checking.expect(
            isinstance(found, tuple | list) and len(found) == 2,
            f"the result is {type(found).__name__}; expected two numbers, density and coverage.",
        )
        checking.expect_filled(dict(zip(("density", "coverage"), found, strict=True)))
        _check_shares(*found, real, fake, k)
    return "density asks each fake how many reals it is near, coverage asks each real for a fake."


def _check_shares(density, coverage, real, fake, k):
    for name, value in (("density", density), ("coverage", coverage)):
        checking.expect(
            np.ndim(value) == 0, f"{name} has the shape {np.shape(value)}; expected one number."
        )
    right = distances.prdc(real, fake, k)
    if np.allclose((density, coverage), (right["density"], right["coverage"])):
        return
    checking.expect(
        not np.allclose((coverage, density), (right["density"], right["coverage"])),
        "the two numbers are exchanged; return density first.",
    )
    nearer = distances.prdc(real, fake, k - 1)
    checking.expect(
        not np.isclose(coverage, nearer["coverage"]),
        "the neighborhoods are too small: the nearest point to each real is itself and does not "
        "count.",
    )
    for value, sentence in (
        (right["precision"], "this is precision, a share of the fakes; coverage asks each real."),
        (right["recall"], "this is recall: the neighborhoods must be those of the reals."),
    ):
        checking.expect(not np.isclose(coverage, value), f"coverage is {coverage:.3f}: {sentence}")
    for value, sentence in (
        (right["density"] * k, "divide by k, so that equal distributions score 1."),
        (right["density"] / len(real), "add up over the reals, and take the mean over fakes only."),
        (right["density"] * len(fake) / len(real), "the mean goes over the fakes, not the reals."),
    ):
        checking.expect(not np.isclose(density, value), f"density is {density:.3f}: {sentence}")
    checking.expect(
        np.isclose(density, right["density"]),
        f"for {len(real)} reals, {len(fake)} fakes and k = {k} density is {density:.3f}; expected "
        f"{right['density']:.3f}.",
    )
    raise checking.Wrong(
        f"for {len(real)} reals, {len(fake)} fakes and k = {k} coverage is {coverage:.3f}; "
        f"expected {right['coverage']:.3f}."
    )


# --- Exercise 3: what is wrong with these pictures? ----------------------------------------------

KINDS = {"A": "missing", "B": "copies", "C": "healthy", "D": "blurred"}
MISSING = 7  # the digit that suspect A never draws
NOT_THIS = {
    ("A", "copies"): "the nearest training pictures of A are as far away as new pictures' are.",
    ("A", "healthy"): "A's Fréchet distance is far above the floor: look for what it lacks.",
    ("A", "blurred"): "A's precision is as high as the floor: each picture is fine.",
    ("B", "missing"): "B draws all ten digits.",
    ("B", "healthy"): "B scores well, as a copy would. Where do its pictures come from?",
    ("B", "blurred"): "B's pictures are sharp; its precision is as high as the floor.",
    ("C", "missing"): "C draws all ten digits.",
    ("C", "copies"): "as few of C's pictures count as copies as of new ones.",
    ("C", "blurred"): "C scores like the floor on every measure.",
    ("D", "missing"): "D draws all ten digits.",
    ("D", "copies"): "D's pictures are far from the training pictures.",
    ("D", "healthy"): "D's Fréchet distance is far above the floor, and its precision below.",
}


def suspects(training, fresh, labels, count, seed=0):
    """Return {name: pictures} of four "generators" that are made of real digits.

    Args:
        training: uint8 (M, 28, 28, 1), what they were "trained" on.
        fresh, labels: other real pictures (N, 28, 28, 1) and their digits.
        count: pictures of each.
    """
    random = np.random.default_rng(seed)

    def drawn(pictures):
        return pictures[random.permutation(len(pictures))[:count]]

    return {
        "A": drawn(fresh[labels != MISSING]),
        "B": drawn(training),
        "C": drawn(fresh),
        "D": scipy.ndimage.gaussian_filter(drawn(fresh), sigma=(0, 1.0, 1.0, 0)),
    }


@checking.check
def check_suspects(verdict):
    """Check a dict from "A" to "D" to "blurred", "copies", "healthy" or "missing"."""
    checking.expect_kinds(verdict, KINDS, sorted(KINDS.values()), NOT_THIS)
    return "no single number found all of them; distances, shares, classes and copies did together."
