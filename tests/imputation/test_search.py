"""Search in the latent space finds what fits the known pixels, and keeps them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_helpers as gh

SIDE = 4
LATENT_DIM = 3
PICTURE = (SIDE, SIDE, 1)


def stripes():
    """Return a GAN that draws tanh of z1, z2, z3 in the columns 0, 1 and 2, and z1 in column 3."""
    make = keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            keras.layers.Dense(SIDE * SIDE, use_bias=False, activation="tanh"),
            keras.layers.Reshape(PICTURE),
        ]
    )
    columns = np.zeros((LATENT_DIM, SIDE, SIDE), np.float32)
    for column, number in enumerate((0, 1, 2, 0)):
        columns[number, :, column] = 1.0
    make.set_weights([columns.reshape(LATENT_DIM, -1)])
    judge = keras.Sequential([keras.Input(PICTURE), keras.layers.Flatten(), keras.layers.Dense(1)])
    return gh.GAN(make, judge)


def drawn_by(latent):
    return stripes().generate(latent=np.asarray(latent, np.float32))


LATENT = [[0.5, -0.5, 0.2], [-0.3, 0.6, 0.1]]
RIGHT_MISSING = gh.data.masks.region(1, PICTURE, 0, 3, SIDE, 1)


def test_the_hole_is_what_the_generator_draws_there():
    images = drawn_by(LATENT)
    found = gh.imputation.complete_by_search(
        stripes(), images * RIGHT_MISSING, RIGHT_MISSING, starts=2, steps=150, prior=0.0
    )
    assert gh.imputation.hole_error(found, images, RIGHT_MISSING) < 4


def test_known_pixels_stay_bit_for_bit_and_hidden_ones_do_not_matter():
    images = np.random.default_rng(0).integers(0, 256, (3, *PICTURE)).astype(np.uint8)
    known = gh.data.masks.pixels(3, PICTURE, 0.5, seed=0)
    settings = {"starts": 3, "steps": 5, "keep": 2}
    found = gh.imputation.complete_by_search(stripes(), images, known, **settings)
    assert found.shape == (3, 2, *PICTURE) and found.dtype == np.uint8
    where = np.broadcast_to(known[:, np.newaxis] == 1, found.shape)
    assert np.array_equal(found[where], np.repeat(images[:, np.newaxis], 2, axis=1)[where])
    other = np.where(known == 1, images, 255 - images)
    again = gh.imputation.complete_by_search(stripes(), other, known, **settings)
    assert np.array_equal(again, found)


def test_the_best_answer_comes_first():
    images = drawn_by(LATENT)
    known = gh.data.masks.region(1, PICTURE, 0, 0, 1, SIDE)  # the first row is missing
    found = gh.imputation.complete_by_search(
        stripes(), images, known, starts=6, steps=3, prior=0.0, keep=6
    )
    # The columns are constant here, so an error in the hole is an error where it is known.
    errors = np.mean((found.astype(float) - images[:, np.newaxis]) ** 2, axis=(2, 3, 4))
    assert np.all(np.diff(errors, axis=1) >= -1e-9)
    best = gh.imputation.complete_by_search(stripes(), images, known, starts=6, steps=3, prior=0.0)
    assert np.array_equal(best, found[:, 0])


def test_what_no_pixel_tells_is_drawn_by_the_prior():
    """Column 2 alone depends on z3: without it the prior leads z3 to 0, gray 127.5."""
    images = drawn_by(LATENT)
    known = gh.data.masks.region(1, PICTURE, 0, 2, SIDE, 1)
    several = {"starts": 8, "steps": 150, "keep": 8}
    pulled = gh.imputation.complete_by_search(stripes(), images, known, prior=0.1, **several)
    free = gh.imputation.complete_by_search(stripes(), images, known, prior=0.0, **several)
    assert np.abs(pulled[:, :, :, 2] - 127.5).max() < 4
    assert free[:, :, 0, 2].std(axis=1).min() > 20  # several answers for one hole


def test_batches_do_not_matter_and_seeds_repeat():
    images = drawn_by(LATENT)
    settings = {"starts": 3, "steps": 5}

    def search(**more):
        return gh.imputation.complete_by_search(
            stripes(), images, RIGHT_MISSING, **settings | more
        ).astype(int)

    once = search()
    assert np.array_equal(once, search())
    assert np.abs(once - search(batch_size=4)).max() <= 1
    assert not np.array_equal(once, search(seed=1))


def test_the_objective_is_the_masked_error_and_the_prior():
    random = np.random.default_rng(0)
    drawn, pictures = random.normal(size=(2, 2, *PICTURE)).astype(np.float32)
    latent = random.normal(size=(2, LATENT_DIM)).astype(np.float32)
    known = gh.data.masks.pixels(2, PICTURE, 0.5).astype(np.float32)
    found = gh.imputation.search.masked_objective(
        *map(tf.constant, (drawn, latent, pictures, known)), prior=0.3
    )
    for n in range(2):
        where = known[n] == 1
        wanted = np.mean((drawn[n] - pictures[n])[where] ** 2) + 0.3 * np.mean(latent[n] ** 2)
        assert float(found[n]) == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gan": "a GAN"}, "expected a trained gh.GAN"),
        ({"images": np.zeros((2, 4, 4, 3), np.uint8)}, r"the GAN draws \(4, 4, 1\)"),
        ({"images": np.zeros((2, 4, 4, 1))}, "expected uint8"),
        ({"known": np.ones((2, 4, 4))}, "expected one mask a picture"),
        ({"starts": 0}, "starts is 0"),
        ({"steps": 1.5}, "steps is 1.5"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"prior": -1}, "prior is -1"),
        ({"keep": 9}, "keep is 9; it must be from 1 to the number of starts, 8"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_input_is_refused(changes, words):
    given = {"gan": stripes(), "images": drawn_by(LATENT), "known": RIGHT_MISSING} | changes
    with pytest.raises(ValueError, match=words):
        gh.imputation.complete_by_search(**given)


def test_a_conditional_gan_is_refused():
    gan = gh.GAN(
        gh.networks.generator((28, 28, 1), width=1, classes=3),
        gh.networks.discriminator((28, 28, 1), width=1, classes=3),
    )
    with pytest.raises(ValueError, match="takes a condition"):
        gh.imputation.complete_by_search(
            gan, np.zeros((1, 28, 28, 1), np.uint8), gh.data.masks.squares(1, (28, 28), 5)
        )
