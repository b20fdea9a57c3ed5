"""Checks of lesson 00: drawing with a seed, and a straight walk through the latent space."""

import functools

import numpy as np

from gan_helpers.exercises import checking


@functools.cache
def _small_gan(latent_dim):
    """Return an untrained GAN, made in a moment."""
    from gan_helpers import gan, networks

    shape = (28, 28, 1)
    return gan.GAN(
        networks.generator(shape, latent_dim=latent_dim, width=4),
        networks.discriminator(shape, width=4),
    )


@checking.check
def check_draw_with_seed(draw):
    """`draw(gan)` returns the 25 pictures that this GAN draws with seed 3."""
    for latent_dim in (8, 5):
        gan = _small_gan(latent_dim)
        pictures = np.asarray(checking.call(draw, gan))
        checking.expect(
            pictures.dtype == np.uint8 and pictures.ndim == 4,
            f"the result is {pictures.dtype} of shape {pictures.shape}; return what gan.generate "
            "gives, uint8 (25, 28, 28, 1).",
        )
        checking.expect(
            len(pictures) == 25, f"there are {len(pictures)} pictures; 25 are asked for."
        )
        again = np.asarray(checking.call(draw, gan))
        checking.expect(
            np.array_equal(pictures, again),
            "two calls draw different pictures; without a seed the latent vectors are new each "
            "time. Name it: seed=3.",
        )
        checking.expect(
            np.array_equal(pictures, gan.generate(25, seed=3)),
            "the pictures repeat, but they are not those of seed 3 for the GAN that is passed in.",
        )
    return "25 pictures, and anyone with this GAN and seed 3 gets the very same."


@checking.check
def check_straight_walk(walk):
    """`walk(start, end, steps)` returns evenly spaced vectors on the line, both ends included."""
    generator = np.random.default_rng(0)
    for latent_dim, steps in ((64, 9), (2, 5), (8, 2)):
        start, end = generator.standard_normal((2, latent_dim))
        way = np.asarray(checking.call(walk, start, end, steps), np.float64)
        checking.expect(
            way.shape == (steps, latent_dim),
            f"for {steps} steps in {latent_dim} dimensions the result has the shape {way.shape}; "
            f"expected one vector a row, ({steps}, {latent_dim}).",
        )
        checking.expect(
            not np.allclose(way[0], end) or not np.allclose(way[-1], start),
            "the walk goes from end to start; swap the two weights.",
        )
        checking.expect(
            np.allclose(way[0], start, atol=1e-5), "the first vector of the walk is not `start`."
        )
        checking.expect(
            np.allclose(way[-1], end, atol=1e-5),
            "the last vector of the walk is not `end`; the weights must reach 1.",
        )
        expected = np.linspace(start, end, steps)
        checking.expect_close(way, expected, "the walk between its ends", 1e-5)
    return "equal steps on a straight line: every vector on the way is a mixture of the two ends."
