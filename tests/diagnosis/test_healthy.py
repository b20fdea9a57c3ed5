"""Healthy runs of different losses, data, networks and seeds give no finding, at any time."""

import keras
import numpy as np
import pytest
import small

import gan_helpers as gh

PENALTY = {"gradient_penalty": 10.0}


@pytest.mark.parametrize(
    ("loss", "seed", "options"),
    [
        ("minimax", 1, {}),
        ("non_saturating", 2, {}),
        ("non_saturating", 3, {"r1": 1.0}),
        ("least_squares", 4, {}),
        ("wasserstein", 5, PENALTY),
        ("hinge", 6, {"steps_per_execution": 5}),
        ("relativistic", 7, {"r1": 0.3, "r2": 0.3, "penalty_every": 4}),
    ],
)
def test_losses(loss, seed, options, digits):
    assert small.fit(digits, loss=loss, seed=seed, **options) == ([], [])


def colors(digits):
    return np.concatenate([digits, 255 - digits, digits[::-1]], axis=-1)


# The relativistic loss is made for its penalties: without them the discriminator does win at first.
CALM = {"loss": "relativistic", "r1": 1.0, "r2": 1.0, "penalty_every": 4}


@pytest.mark.parametrize("options", [{"loss": "hinge"}, CALM])
@pytest.mark.parametrize("family", ["modern", "dcgan"])
def test_convolutions(family, options, digits):
    networks = (
        gh.networks.generator(latent_dim=16, width=4, family=family),
        gh.networks.discriminator(width=4, family=family),
    )
    assert small.fit(digits, networks, epochs=4, **options) == ([], [])


def test_color(digits):
    shape = (28, 28, 3)
    networks = (
        gh.networks.generator(shape, latent_dim=16, width=4),
        gh.networks.discriminator(shape, width=4),
    )
    assert small.fit(colors(digits), networks, epochs=4) == ([], [])


def points(deviation=0.05):
    """Return 1,024 points of a ring of eight, float32."""
    draws = np.random.default_rng(0)
    angles = draws.integers(0, 8, 1024) * np.pi / 4
    centers = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return (centers + deviation * draws.standard_normal((1024, 2))).astype(np.float32)


@pytest.mark.parametrize("seed", [8, 9])
def test_points(seed):
    dense = keras.layers.Dense
    networks = (
        keras.Sequential([keras.Input((4,)), dense(64, "relu"), dense(64, "relu"), dense(2)]),
        keras.Sequential([keras.Input((2,)), dense(64, "relu"), dense(64, "relu"), dense(1)]),
    )
    assert small.fit(points(), networks, seed=seed) == ([], [])


def test_loops_of_ones_own(digits):
    make, judge = small.generator(), small.discriminator()
    assert small.loop(digits, make, judge, small.tape_step(make, judge)) == []
    make, judge = small.generator(), small.discriminator(output="sigmoid")
    assert small.loop(digits, make, judge, small.keras_step(make, judge)) == []


def test_a_swapped_convention_is_no_fault(digits):
    """Fakes 1, reals 0, and a generator that wants 0: the game is the same."""
    right = gh.losses.NON_SATURATING
    swapped = gh.losses.AdversarialLoss(
        "swapped",
        lambda real, fake: right.discriminator(fake, real),
        lambda real, fake: right.generator(real, -fake),
        balance=right.balance,
    )
    assert small.fit(digits, loss=swapped)[0] == []
