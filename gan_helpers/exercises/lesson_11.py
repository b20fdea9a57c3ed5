"""Checks of lesson 11: test pictures that the GAN has seen, and differences in pairs."""

import numpy as np

from gan_helpers.data import subsets
from gan_helpers.exercises import checking

# --- Exercise 2: the leak ------------------------------------------------------------------------


@checking.check
def check_leaks(leaks):
    """`leaks(gan_pictures, test)` returns which test pictures the GAN was trained on, rising."""
    for what, gan_pictures, test in _planted():
        found = _indices(checking.call(leaks, gan_pictures, test), what, test)
        right = subsets.overlap(test, gan_pictures)
        if np.array_equal(found, right):
            continue
        _explain(found, right, gan_pictures, test, what)
    return "each planted picture is found, and no other is accused."


def _planted():
    """Return (what, the GAN's pictures, the test pictures), with more and more to trip over."""
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (60, 6, 6, 1)).astype(np.uint8)
    test, clean = pictures[:20], pictures[20:]
    turned = test[:, ::-1]  # other pictures, with the very same gray levels
    nearly = test.copy()
    nearly[:, 0, 0, 0] ^= 1
    return [
        ("a GAN that saw two, and one more", np.concatenate([test[:2], clean, test[9:10]]), test),
        ("a GAN that saw three test pictures", np.concatenate([clean, test[[17, 4, 9]]]), test),
        ("a GAN that saw one test picture twice", np.concatenate([clean, test[[5, 5]]]), test),
        ("a GAN that saw a part of a longer test set", test[::2], pictures),
        ("a test set where one picture comes twice", clean, np.concatenate([test, clean[:1]] * 2)),
        ("a GAN that saw turned test pictures", np.concatenate([turned, test[3:5]]), test),
        ("pictures that differ in one pixel by 1", np.concatenate([nearly, test[:1]]), test),
        ("a clean GAN", clean, test),
    ]


def _indices(found, what, test):
    """Return the learner's result as rising whole numbers, or say what else it is."""
    found = np.asarray(sorted(found) if isinstance(found, set) else found)
    checking.expect(
        found.ndim == 1,
        f"for {what} the result has the shape {found.shape}; expected a list of indices into test.",
    )
    checking.expect(
        found.dtype != bool,
        f"for {what} the result holds True and False; np.flatnonzero turns them into indices.",
    )
    checking.expect(
        not found.size or np.issubdtype(found.dtype, np.integer),
        f"for {what} the result holds {found.dtype}; expected whole numbers, indices into test.",
    )
    checking.expect(
        not found.size or (found.min() >= 0 and found.max() < len(test)),
        f"for {what} an index lies outside of test, which has {len(test)} pictures. Do you give "
        "places in gan_pictures? Asked for are places in test.",
    )
    return np.sort(found.astype(np.int64))


def _explain(found, right, gan_pictures, test, what):
    """Raise `Wrong` with what is likely to be behind it."""
    checking.expect(
        len(set(found.tolist())) == len(found),
        f"for {what} an index is given more than once: ask each test picture, not each of the "
        "GAN's.",
    )
    inside = subsets.overlap(gan_pictures, test)
    checking.expect(
        not np.array_equal(found, inside),
        f"for {what} these are places in gan_pictures; asked for are places in test.",
    )
    together = min(len(test), len(gan_pictures))
    same_place = (test[:together] == gan_pictures[:together]).all(axis=(1, 2, 3))
    checking.expect(
        not found.size or not np.array_equal(found, np.flatnonzero(same_place)),
        f"for {what} only pictures at the same place were compared; a leaked picture may stand "
        "anywhere.",
    )
    accused, missed = np.setdiff1d(found, right), np.setdiff1d(right, found)
    checking.expect(
        not accused.size,
        f"for {what} test picture {accused[:1]} is accused, but the GAN saw none that equals it in "
        "each pixel: a sum, a mean or a sorted list of gray levels is not the picture.",
    )
    raise checking.Wrong(f"for {what} test picture {missed[0]} is missed: the GAN has seen it.")


# --- Exercise 1: differences in pairs ------------------------------------------------------------


@checking.check
def check_paired(paired):
    """`paired(a, b)` returns the mean of a - b and its standard error, s / sqrt(n)."""
    random = np.random.default_rng(1)
    for count in (5, 9):
        shared = random.normal(85.0, 3.0, count)
        a, b = (shared + random.normal(gain, 0.5, count) for gain in (1.5, 0.0))
        found = checking.call(paired, a, b)
        checking.expect(
            isinstance(found, tuple | list | np.ndarray) and len(found) == 2,
            f"the result is {type(found).__name__}; expected two numbers, the mean difference and "
            "its standard error.",
        )
        names = ("the mean difference", "its standard error")
        checking.expect_filled(dict(zip(names, found, strict=True)))
        _check_pair(*found, a, b)
    return "what both runs of a pair share has dropped out of the error."


def _check_pair(mean, error, a, b):
    """Compare with the right numbers, and with those of likely mistakes."""
    for name, value in (("mean difference", mean), ("standard error", error)):
        checking.expect(
            np.ndim(value) == 0, f"the {name} has the shape {np.shape(value)}; it is one number."
        )
    gaps, count = a - b, len(a)
    checking.expect(
        not np.isclose(mean, -gaps.mean()), "the difference is b - a; asked for is a - b."
    )
    checking.expect(
        np.isclose(mean, gaps.mean()),
        f"for {count} pairs the mean difference is {mean:.4f}; expected {gaps.mean():.4f}.",
    )
    for value, sentence in (
        (
            np.sqrt(a.var(ddof=1) / count + b.var(ddof=1) / count),
            "this is the error of unpaired runs, as in lesson 07: it holds what the seeds share. "
            "Take the differences first, then their deviation.",
        ),
        (gaps.std(ddof=1), "this is the deviation of one difference; divide it by sqrt(n)."),
        (gaps.std() / np.sqrt(count), "the deviation is divided by n; say ddof=1."),
        (gaps.std(), "say ddof=1, and divide the deviation by sqrt(n)."),
        (gaps.std(ddof=1) / count, "divide the deviation by the root of n, not by n."),
        (gaps.var(ddof=1) / count, "this is the square of the standard error; take the root."),
    ):
        checking.expect(not np.isclose(error, value), sentence)
    right = gaps.std(ddof=1) / np.sqrt(count)
    checking.expect(
        np.isclose(error, right),
        f"for {count} pairs the standard error is {error:.4f}; expected {right:.4f}.",
    )
