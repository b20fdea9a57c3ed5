"""Checks of lesson 08: counting modes, packing samples, and failures known by their symptoms."""

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import data, evaluation, gan, networks
from gan_helpers.exercises import checking

# --- Exercise 1: modes and quality ---------------------------------------------------------------

CENTERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])


@checking.check
def check_modes_and_quality(modes_and_quality):
    """Check a function of (points, centers, deviation) to (modes found, share of high quality)."""
    lone = np.array([[0.0, 0.1], [0.1, 0.0], [0.0, -0.1], [2.5, 0.0]])
    modes, quality = _pair(modes_and_quality, lone, 0.1)
    checking.expect(
        modes != 2,
        "one point lies 1.5 beside the second center, 15 deviations away, and you count that mode "
        "as found. Only points of high quality find a mode.",
    )
    checking.expect(
        modes == 1, f"all good points lie at the first of three centers; you count {modes} modes."
    )
    checking.expect(
        not np.isclose(quality, 3.0), "you return the number of good points; return their share."
    )
    checking.expect(
        np.isclose(quality, 0.75),
        f"three of four points are good; your share is {quality:.2f}, not 0.75.",
    )
    edge = np.array([[0.0, 0.25], [4.0, 0.25], [0.0, 4.35], [0.0, 4.0]])
    modes, quality = _pair(modes_and_quality, edge, 0.1)
    checking.expect(
        not np.isclose(quality, 0.25),
        "a point 2.5 deviations away from its center counts as good: the limit is three "
        "deviations.",
    )
    checking.expect(
        modes == 3 and np.isclose(quality, 0.75),
        f"three centers have a good point and 3 of 4 points are good; you found {modes} modes and "
        f"a share of {quality:.2f}.",
    )
    for seed in range(3):
        points = np.random.default_rng(seed).normal(0.0, 3.0, (500, 2))
        wanted = evaluation.plane_coverage(points, data.Mixture(CENTERS, 0.5))
        found = _pair(modes_and_quality, points, 0.5)
        checking.expect(
            found[0] == wanted["modes"] and np.isclose(found[1], wanted["high_quality"]),
            f"for 500 random points you found {found[0]} modes and a share of {found[1]:.3f}; "
            f"right are {wanted['modes']} and {wanted['high_quality']:.3f}.",
        )
    return "you count modes and quality as the papers do, so your numbers can stand beside theirs."


def _pair(answer, points, deviation):
    found = checking.call(answer, points.astype(np.float32), CENTERS, deviation)
    checking.expect(
        isinstance(found, tuple | list) and len(found) == 2,
        "return two things: the number of modes found, and the share of good points.",
    )
    checking.expect_filled(dict(zip(("modes", "share of good points"), found, strict=True)))
    modes, quality = found
    checking.expect(
        np.ndim(modes) == 0 and np.ndim(quality) == 0,
        f"return two single numbers; yours have the shapes {np.shape(modes)} and "
        f"{np.shape(quality)}.",
    )
    return int(modes), float(quality)


# --- Exercise 2: packing -------------------------------------------------------------------------


@checking.check
def check_pack(pack):
    """Check a function of (points, size) that lays points side by side, as `gh.networks.Pack`."""
    for count, size in ((6, 2), (12, 4), (5, 1)):
        points = np.arange(2.0 * count, dtype=np.float32).reshape(count, 2)
        found = np.asarray(checking.call(pack, tf.constant(points), size))
        checking.expect(
            size == 1 or found.shape != (count, 2 * size),
            f"you return {count} rows: each point sits in a pack of its own. {count} points make "
            f"{count // size} packs of {size}.",
        )
        checking.expect(
            found.shape == (count // size, 2 * size),
            f"{count} points in packs of {size} must have the shape {(count // size, 2 * size)}; "
            f"yours is {found.shape}.",
        )
        wanted = networks.Pack(size)(points).numpy()
        checking.expect(
            not (size > 1 and np.array_equal(np.sort(found), np.sort(wanted)))
            or np.array_equal(found, wanted),
            "each pack holds the right numbers in a wrong order: x and y of the first point, then "
            "x and y of the next one.",
        )
        checking.expect(
            np.array_equal(found, wanted),
            f"the first pack of {size} must hold the first {size} points, "
            f"{wanted[0].tolist()}; yours is {found[0].tolist()}.",
        )
    return "the discriminator now sees several samples at once, and a lack of variety shows."


# --- Exercise 3: failures by their symptoms ------------------------------------------------------

FAILURES = {"A": "vanishing slope", "B": "generator too strong", "C": "oscillation"}
CHOICES = ("vanishing slope", "generator too strong", "oscillation", "healthy")
NOT_THIS = {
    ("A", "generator too strong"): "A's fakes are spread out and hardly move.",
    ("A", "oscillation"): "A's fakes hardly move from one picture to the next.",
    ("A", "healthy"): "A's fakes lie beside the reals, and its discriminator tells nearly all of "
    "them apart: look at the shares named right.",
    ("B", "vanishing slope"): "B's fakes move, so a slope reaches them.",
    ("B", "oscillation"): "in B the reals do not lead: fakes get the higher logits, because the "
    "discriminator comes too late. In an oscillation it is fast, and takes sides.",
    ("B", "healthy"): "B's fakes are together, and nowhere near most of the reals.",
    ("C", "vanishing slope"): "C's fakes move a lot, so a slope reaches them.",
    ("C", "generator too strong"): "C's discriminator keeps up: the reals lead, and one half of "
    "the plane is deep green, each time another one.",
    ("C", "healthy"): "C's fakes are in another place in each picture.",
}


@checking.check
def check_failures(diagnosis):
    """Check a dict from each case, "A", "B" and "C", to the name of its failure."""
    checking.expect_kinds(diagnosis, FAILURES, CHOICES, NOT_THIS)
    return "you can tell failures apart: by what moves, by how far, and by who is sure."


SETTINGS = {
    "A": {"loss": "minimax", "rates": (1e-4, 5e-3), "momentum": 0.5},
    "B": {"loss": "non_saturating", "rates": (1e-2, 1e-4), "momentum": 0.5},
    "C": {"loss": "non_saturating", "rates": (1e-3, 1e-3), "momentum": 0.9},
}


def cases(seed=0, **options):
    """Return {name: compiled GAN of points}: three games, each set up to fail in its own way.

    Args:
        seed: of weights and latent vectors.
        **options: what else `GAN.compile` takes, such as `steps_per_execution`.
    """
    keras.utils.set_random_seed(seed)
    return {name: _case(**settings, seed=seed, **options) for name, settings in SETTINGS.items()}


def _case(loss, rates, momentum, **options):
    optimizers = {
        f"{name}_optimizer": keras.optimizers.Adam(rate, beta_1=momentum, beta_2=0.99)
        for name, rate in zip(("generator", "discriminator"), rates, strict=True)
    }
    model = gan.GAN(networks.plane_generator(width=64), networks.plane_discriminator(width=64))
    model.compile(loss=loss, **optimizers, **options)
    return model
