"""Every fault, planted in a real run on digits, is named first."""

import math

import keras
import numpy as np
import pytest
import small
import tensorflow as tf

import gan_helpers as gh
from gan_helpers import losses
from gan_helpers.diagnosis import looks


def noise(low, high, dtype=np.float32):
    return np.random.default_rng(0).uniform(low, high, (512, 28, 28, 1)).astype(dtype)


def own_loss(**changes):
    """Return the non-saturating loss with the discriminator's or the generator's part changed."""
    parts = {"discriminator": losses.NON_SATURATING.discriminator}
    parts |= {"generator": losses.NON_SATURATING.generator, **changes}
    return losses.AdversarialLoss("own", **parts, balance=(2 * math.log(2), math.log(2)))


RIGHT = losses.NON_SATURATING


def softplus(logits):
    return tf.reduce_mean(tf.nn.softplus(logits))


def softmax(logits):
    """Return the softmax cross entropy of a single logit: log 1."""
    return -tf.reduce_mean(tf.nn.log_softmax(logits, axis=-1))


@pytest.mark.parametrize(
    ("reals", "name"),
    [
        (lambda digits: noise(-1, 1), "real images are noise"),
        (lambda digits: noise(0, 1), "real images are noise"),
        (lambda digits: noise(0, 255, np.uint8), "real images are noise"),
        (lambda digits: digits.astype(np.float32), "wrong data range"),
        (lambda digits: digits / 255, "wrong data range"),
        (lambda digits: gh.data.scale(digits) / 127.5 - 1, "wrong data range"),
    ],
)
def test_data(reals, name, digits):
    assert small.fit(reals(digits), epochs=3)[0][0] == name


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (
            own_loss(
                discriminator=lambda real, fake: softmax(real) + softmax(fake),
                generator=lambda real, fake: softmax(fake),
            ),
            "constant loss",
        ),
        (
            own_loss(generator=lambda real, fake: 0.0 * tf.reduce_mean(fake)),
            "generator never meets discriminator",
        ),
        (
            own_loss(generator=lambda real, fake: -RIGHT.generator(real, fake)),
            "label or sign error",
        ),
        (
            own_loss(generator=lambda real, fake: RIGHT.generator(real, -fake)),
            "label or sign error",
        ),
        (
            own_loss(discriminator=lambda real, fake: RIGHT.discriminator(fake, real)),
            "label or sign error",
        ),
        (
            own_loss(discriminator=lambda real, fake: -RIGHT.discriminator(real, fake)),
            "label or sign error",
        ),
        (
            own_loss(discriminator=lambda real, fake: softplus(-real) + softplus(-fake)),
            "label or sign error",
        ),
    ],
)
def test_losses(loss, name, digits):
    assert small.fit(digits, loss=loss)[0][0] == name


@pytest.mark.parametrize(
    ("rates", "options", "name"),
    [
        ((0.0, 1e-3), {}, "network not updated"),
        ((1e-3, 0.0), {}, "network not updated"),
        ((1e-7, 1e-7), {}, "no learning"),
        ((1e-5, 1e-2), {}, "discriminator wins"),
        ((1e-5, 1e-2), {"loss": "minimax"}, "discriminator wins"),
        ((1e-5, 1e-2), {"loss": "least_squares"}, "discriminator wins"),
        ((2e-2, 1e-5), {}, "generator wins"),
        ((2e-2, 1e-5), {"loss": "hinge"}, "generator wins"),
        ((0.1, 0.1), {"loss": "wasserstein"}, "divergence"),
        ((1.0, 1.0), {}, "divergence"),
    ],
)
def test_rates(rates, options, name, digits):
    assert small.fit(digits, rates=rates, **options)[0][0] == name


def deaf():
    """Return a generator that does not hear its latent vector."""
    return keras.Sequential(
        [keras.Input((16,)), keras.layers.Rescaling(0.0, 1.0), small.generator()]
    )


def with_batch_norm(**options):
    return small.generator(keras.layers.BatchNormalization(**options))


def slow_averages():
    """Return a generator whose batch norms average over 10,000 steps."""
    make = gh.networks.generator(latent_dim=16, width=4, family="dcgan")
    for layer in looks.batch_norms(make):
        layer.momentum = 0.9999
    return make


@pytest.mark.parametrize(
    ("networks", "name"),
    [
        (lambda: (deaf(), small.discriminator()), "mode collapse"),
        (
            lambda: (with_batch_norm(trainable=False), small.discriminator()),
            "batch norm in the wrong mode",
        ),
        (
            lambda: (
                small.generator(),
                small.discriminator(keras.layers.BatchNormalization(trainable=False)),
            ),
            "batch norm in the wrong mode",
        ),
        (lambda: (slow_averages(), small.discriminator()), "batch norm in the wrong mode"),
    ],
)
def test_networks(networks, name, digits):
    assert small.fit(digits, networks())[0][0] == name


def test_nan(digits):
    with pytest.warns(RuntimeWarning, match="Training stopped"):
        both, bare = small.fit(digits, rates=(1e38, 1e38), loss="wasserstein")
    assert both[0] == bare[0] == "NaN"


def test_nan_in_the_data(digits):
    reals = gh.data.scale(digits)
    reals[5, 0, 0] = np.nan
    with pytest.warns(RuntimeWarning, match="Training stopped"):
        assert small.fit(reals)[0][0] == "NaN"


# --- loops of one's own --------------------------------------------------------------------------


def test_generator_compiled_alone(digits):
    make, judge = small.generator(), small.discriminator(output="sigmoid")
    step = small.keras_step(make, judge, alone=True)
    found = small.loop(digits, make, judge, step)
    assert found[0] == "generator never meets discriminator"


def test_labels_for_the_wrong_side(digits):
    make, judge = small.generator(), small.discriminator(output="sigmoid")
    found = small.loop(digits, make, judge, small.keras_step(make, judge, real_label=0.0))
    assert found[0] == "label or sign error"


def test_discriminator_that_was_not_frozen(digits):
    make, judge = small.generator(), small.discriminator(output="sigmoid")
    step = small.keras_step(make, judge, freeze=False)
    assert small.loop(digits, make, judge, step)[0] == "discriminator not frozen"


def test_generator_that_trains_in_inference_mode(digits):
    make, judge = with_batch_norm(), small.discriminator()
    found = small.loop(digits, make, judge, small.tape_step(make, judge, training=False))
    assert found[0] == "batch norm in the wrong mode"


def test_unequal_batches(digits):
    make, judge = small.generator(), small.discriminator()
    step = small.tape_step(make, judge)  # always draws 32 fakes
    assert small.loop(digits, make, judge, step, size=12)[0] == "unequal batches"
