"""The error on what is known, and keeping what is known."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_helpers as gh

SHAPE = (6, 5, 3)
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.integers(0, 256, (4, *SHAPE)).astype(np.uint8)
DRAWN = RANDOM.integers(0, 256, (4, *SHAPE)).astype(np.uint8)
KNOWN = gh.data.masks.pixels(4, SHAPE, 0.4, seed=1)


def test_masked_error_is_the_mean_over_known_pixels():
    a, b = RANDOM.normal(size=(2, 4, *SHAPE)).astype(np.float32)
    found = gh.imputation.masked_error(tf.constant(a), tf.constant(b), KNOWN.astype(np.float32))
    for n in range(4):
        where = np.broadcast_to(KNOWN[n] == 1, SHAPE)
        assert float(found[n]) == pytest.approx(np.mean((a[n] - b[n])[where] ** 2), rel=1e-5)


def test_masked_error_has_no_slope_inside_the_hole():
    drawn = tf.Variable(RANDOM.normal(size=(4, *SHAPE)).astype(np.float32))
    with tf.GradientTape() as tape:
        error = gh.imputation.masked_error(drawn, tf.zeros_like(drawn), KNOWN.astype(np.float32))
    slopes = tape.gradient(error, drawn).numpy()
    known = np.broadcast_to(KNOWN == 1, slopes.shape)
    assert np.all(slopes[~known] == 0)
    assert np.all(slopes[known] != 0)


def test_merge_keeps_known_pixels_and_takes_the_others():
    found = gh.imputation.merge(IMAGES, DRAWN, KNOWN)
    known = np.broadcast_to(KNOWN == 1, found.shape)
    assert found.dtype == np.uint8
    assert np.array_equal(found[known], IMAGES[known])
    assert np.array_equal(found[~known], DRAWN[~known])


def test_hole_error_counts_missing_pixels_alone():
    hole = gh.data.masks.region(4, SHAPE, 1, 1, 2, 2)
    shifted = IMAGES.astype(np.float64) + np.where(hole == 0, 7.0, 100.0)
    assert gh.imputation.hole_error(shifted, IMAGES, hole) == pytest.approx(7.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gh.imputation.merge(IMAGES, DRAWN[:2], KNOWN), "one drawing a picture"),
        (lambda: gh.imputation.merge(IMAGES / 255, DRAWN, KNOWN), "expected uint8"),
        (lambda: gh.imputation.merge(IMAGES, DRAWN / 255, KNOWN), "drawn is float64"),
        (lambda: gh.imputation.merge(IMAGES, DRAWN, KNOWN * 255), "other values"),
        (lambda: gh.imputation.hole_error(DRAWN, IMAGES, KNOWN * 0 + 1), "no pixel is missing"),
        (lambda: gh.imputation.hole_error(DRAWN[..., :1], IMAGES, KNOWN), "completed has"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_keep_known_layer_keeps_bits_in_any_precision():
    keras.config.set_dtype_policy("mixed_bfloat16")
    layer = gh.networks.KeepKnown(dtype="float32")
    condition = gh.imputation.conceal(IMAGES, KNOWN)
    drawn = tf.constant(gh.data.scale(DRAWN))
    found = gh.data.unscale(layer(drawn, condition).numpy())
    assert np.array_equal(found, gh.imputation.merge(IMAGES, DRAWN, KNOWN))
