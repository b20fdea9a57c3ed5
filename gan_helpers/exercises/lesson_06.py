"""Checks of lesson 06: the way along the sphere, and the search for copies."""

import numpy as np

from gan_helpers.exercises import checking


@checking.check
def check_spherical_walk(spherical):
    """`spherical(start, end, t)` returns the vector at share t of the way along the sphere."""
    generator = np.random.default_rng(0)
    for latent_dim in (64, 2, 8):
        start, end = generator.standard_normal((2, latent_dim))
        for t, name in ((0.0, "start"), (1.0, "end")):
            found = _vector(spherical, start, end, t)
            checking.expect(
                np.allclose(found, end if t else start, atol=1e-5),
                f"at t = {t:g} the result is not `{name}`; the weights of the ends must "
                "be 1 and 0 there. Are both sines divided by sin(angle)?",
            )
        for t in (0.5, 0.2):
            _check_between(_vector(spherical, start, end, t), start, end, t)
    # Ends of different length and a right angle: halfway is (a + b) / sqrt(2).
    found = _vector(spherical, np.array([2.0, 0.0]), np.array([0.0, 1.0]), 0.5)
    checking.expect_close(found, np.array([2.0, 1.0]) / np.sqrt(2), "halfway at a right angle")
    return "the vectors on the way keep the length of the ends, where the generator has practiced."


def _vector(spherical, start, end, t):
    found = np.asarray(checking.call(spherical, start, end, t), np.float64)
    checking.expect(
        found.shape == start.shape,
        f"the result has the shape {found.shape}; expected one vector, {start.shape}.",
    )
    checking.expect(
        np.isfinite(found).all(),
        "the result holds NaN; arccos takes the cosine, which is the dot product divided by both "
        "lengths.",
    )
    return found


def _check_between(found, start, end, t):
    lengths = np.linalg.norm(start), np.linalg.norm(end)
    checking.expect(
        not np.allclose(found, (1 - t) * start + t * end, atol=1e-5),
        f"this is the straight line: at t = {t:g} the length is {np.linalg.norm(found):.2f}, the "
        f"ends have {lengths[0]:.2f} and {lengths[1]:.2f}. The weights are sines of the angle.",
    )
    angle = np.arccos(start @ end / np.prod(lengths))
    weights = np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle)
    wanted = weights[0] * start + weights[1] * end
    checking.expect_close(found, wanted, f"the vector at t = {t:g}", 1e-5)


@checking.check
def check_copied_share(copied_share):
    """`copied_share(samples, training, held_out)` tells which share of samples is too close.

    A sample counts as a copy when it is nearer to the training pictures than 99 of 100 held-out
    pictures are.
    """
    generator = np.random.default_rng(0)
    training = _pictures(generator, 300)
    held_out = _pictures(generator, 200)
    noise = generator.integers(-2, 3, training.shape)
    copies = np.clip(training.astype(int) + noise, 0, 255).astype(np.uint8)
    mixed = np.concatenate([copies[:30], _pictures(generator, 90)])
    for samples, copied, what in (
        (copies[:80], 80, "80 training pictures with a little noise"),
        (mixed, 30, "30 copies among 120 samples"),
        (_pictures(generator, 100), 0, "100 new pictures"),
    ):
        found = checking.call(copied_share, samples, training, held_out)
        _check_share(found, copied / len(samples), what, below=0.05, above=0.1)
    # All distances to black are known here, and another limit gives another share.
    black = _even_pictures([0])
    for samples, held_out, share in (
        (np.arange(100), np.arange(30, 230), 0.32),
        (np.arange(100, 150), np.arange(130, 230), 0.62),
    ):
        found = checking.call(
            copied_share, _even_pictures(samples), black, _even_pictures(held_out)
        )
        what = f"{len(samples)} pictures at even distances"
        _check_share(found, share, what, below=0.005, above=0.005)
    return "copies stand out, and new pictures pass as often as held-out real ones do."


def _pictures(generator, count):
    """Return random pictures, uint8 (count, 8, 8, 1), all about equally far apart."""
    return generator.integers(0, 256, (count, 8, 8, 1)).astype(np.uint8)


def _even_pictures(values):
    """Return a picture of each gray level, uint8 (count, 8, 8, 1)."""
    return np.repeat(np.uint8(values), 64).reshape(-1, 8, 8, 1)


def _check_share(found, share, what, below, above):
    checking.expect(
        np.ndim(found) == 0, f"the result has the shape {np.shape(found)}; expected one number."
    )
    found = float(found)
    checking.expect(
        0.0 <= found <= 1.0,
        f"for {what} the result is {found:.3g}; a share lies between 0 and 1. Is it the number "
        "of copies, or their distance?",
    )
    checking.expect(
        share - below <= found <= share + above,
        f"for {what} the result is {found:.2f}; expected about {share:.2f}. The limit is the 1 % "
        "quantile of the held-out pictures' distances, and a copy lies below it.",
    )
