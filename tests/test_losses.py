"""Losses and penalties: exact values, signs, and safety at large logits."""

import dataclasses
import math

import hypothesis
import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies
from hypothesis.extra import numpy as numpy_strategies

from gan_helpers import gan, losses, networks

LOG_2 = math.log(2.0)
NAMES = tuple(losses.LOSSES)


def column(*numbers):
    return tf.constant(numbers, tf.float32, shape=(len(numbers), 1))


def both(name, real, fake):
    """Return (discriminator, generator) losses as Python numbers."""
    loss = losses.get(name)
    return float(loss.discriminator(real, fake)), float(loss.generator(real, fake))


# --- Values --------------------------------------------------------------------------------------


def softplus(t):
    """log(1 + exp(t)) in float64, for logits of any size."""
    return np.logaddexp(0.0, t)


INDEPENDENT = {
    "minimax": (
        lambda r, f: softplus(-r).mean() + softplus(f).mean(),
        lambda r, f: -softplus(f).mean(),
    ),
    "non_saturating": (
        lambda r, f: softplus(-r).mean() + softplus(f).mean(),
        lambda r, f: softplus(-f).mean(),
    ),
    "least_squares": (
        lambda r, f: ((r - 1) ** 2).mean() / 2 + (f**2).mean() / 2,
        lambda r, f: ((f - 1) ** 2).mean() / 2,
    ),
    "wasserstein": (lambda r, f: f.mean() - r.mean(), lambda r, f: -f.mean()),
    "hinge": (
        lambda r, f: np.maximum(0, 1 - r).mean() + np.maximum(0, 1 + f).mean(),
        lambda r, f: -f.mean(),
    ),
    "relativistic": (
        lambda r, f: softplus(f - r).mean(),
        lambda r, f: softplus(r - f).mean(),
    ),
}
# C(x) = 2 and C(G(z)) = -1, by hand.
BY_HAND = {
    "minimax": (math.log1p(math.exp(-2)) + math.log1p(math.exp(-1)), -math.log1p(math.exp(-1))),
    "non_saturating": (0.126928 + 0.313262, 1.313262),
    "least_squares": (0.5 + 0.5, 2.0),
    "wasserstein": (-3.0, 1.0),
    "hinge": (0.0, 1.0),
    "relativistic": (math.log1p(math.exp(-3)), math.log1p(math.exp(3))),
}


def test_the_six_losses_are_there():
    assert set(NAMES) == set(INDEPENDENT) == set(BY_HAND)
    assert all(losses.LOSSES[name].name == name for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_values_by_hand(name):
    assert both(name, column(2.0), column(-1.0)) == pytest.approx(BY_HAND[name], abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
@hypothesis.given(
    logits=numpy_strategies.arrays(
        np.float32, (2, 5, 1), elements=strategies.floats(-50, 50, width=32)
    )
)
@hypothesis.settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
def test_values_against_float64(name, logits):
    real, fake = logits
    wanted = [function(*logits.astype(np.float64)) for function in INDEPENDENT[name]]
    found = both(name, tf.constant(real), tf.constant(fake))
    assert found == pytest.approx(wanted, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_large_logits_in_float16_are_no_infinity(name):
    real, fake = column(300.0, -300.0), column(-300.0, 300.0)
    half = [tf.cast(logits, tf.float16) for logits in (real, fake)]
    assert both(name, *half) == pytest.approx(both(name, real, fake))
    many = [tf.repeat(logits, 512, axis=0) for logits in half]  # a sum that float16 cannot hold
    assert both(name, *many) == pytest.approx(both(name, real, fake))


def test_a_pair_of_functions_is_a_loss():
    hinge = losses.LOSSES["hinge"]
    own = losses.get((hinge.discriminator, hinge.generator))
    assert own.discriminator is hinge.discriminator and own.generator is hinge.generator
    assert losses.get(own) is own


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (
            lambda real, fake: tf.nn.softplus(fake - real),
            r"float32 of shape \(2, 1\).*take the mean",
        ),
        (lambda fake: tf.reduce_mean(fake), r"fails on \(real_logits, fake_logits\)"),
        (None, r"fails on"),
        (lambda real, fake: 1, "returns int32"),
    ],
)
def test_functions_that_are_no_loss_are_refused(function, says):
    good = losses.LOSSES["hinge"].generator
    for pair in ((function, good), (good, function)):
        with pytest.raises(ValueError, match=says):
            losses.get(pair)


@pytest.mark.parametrize("name", NAMES)
def test_balance_values(name):
    """Where all logits are one number, the best such number costs the balance values."""
    loss = losses.get(name)
    candidates = sorted(np.round(np.arange(-3, 3.01, 0.1), 1), key=abs)
    same = {logit: both(name, column(logit), column(logit)) for logit in candidates}
    best = min(candidates, key=lambda logit: round(same[logit][0], 5))
    assert same[best] == pytest.approx(loss.balance, abs=1e-6)
    if loss.threshold is not None:
        assert best == pytest.approx(loss.threshold)


def test_balance_values_are_those_of_the_papers():
    balance = {name: losses.LOSSES[name].balance for name in NAMES}
    assert balance["minimax"] == pytest.approx((2 * LOG_2, -LOG_2))
    assert balance["non_saturating"] == pytest.approx((2 * LOG_2, LOG_2))
    assert balance["least_squares"] == (0.25, 0.125)
    assert balance["wasserstein"] == (0.0, 0.0)
    assert balance["hinge"] == (2.0, 0.0)
    assert balance["relativistic"] == pytest.approx((LOG_2, LOG_2))


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_logits_give_float32_losses(name):
    real, fake = tf.cast(column(2.0, 2.0), tf.bfloat16), tf.cast(column(-1.0, -1.0), tf.bfloat16)
    loss = losses.get(name)
    assert loss.discriminator(real, fake).dtype == tf.float32
    assert loss.generator(real, fake).dtype == tf.float32
    assert both(name, real, fake) == pytest.approx(BY_HAND[name], rel=0.02, abs=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_flat_logits_are_the_same_as_a_column(name):
    real, fake = column(0.3, -1.0, 2.0), column(1.0, -2.0, 0.5)
    flat = both(name, tf.reshape(real, [-1]), tf.reshape(fake, [-1]))
    assert flat == pytest.approx(both(name, real, fake))


# --- Slopes --------------------------------------------------------------------------------------


def slopes(name, real, fake):
    """Return the slopes of D's loss by real and fake logits, and of G's loss by fake logits."""
    loss = losses.get(name)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        judge, make = loss.discriminator(real, fake), loss.generator(real, fake)
    by_judge = tape.gradient(judge, [real, fake])
    return *(slope.numpy() for slope in by_judge), tape.gradient(make, fake).numpy()


@pytest.mark.parametrize("name", NAMES)
def test_a_descent_step_moves_logits_the_right_way(name):
    real, fake = column(-0.5, 0.0, 0.5), column(0.5, 0.25, -0.5)
    on_real, on_fake, by_generator = slopes(name, real, fake)
    assert (on_real < 0).all(), "the discriminator raises the logits of reals"
    if name != "least_squares":  # draws fakes to 0, from both sides
        assert (on_fake > 0).all(), "the discriminator lowers the logits of fakes"
    else:
        assert (np.sign(on_fake) == np.sign(fake)).all()
    assert (by_generator < 0).all(), "the generator raises the logits of its fakes"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("real_size", [-1e4, 1e4])
@pytest.mark.parametrize("fake_size", [-1e4, 1e4])
def test_large_logits_are_safe(name, real_size, fake_size):
    real, fake = column(real_size, real_size), column(fake_size, fake_size)
    assert np.isfinite(both(name, real, fake)).all()
    assert all(np.isfinite(slope).all() for slope in slopes(name, real, fake))
    wanted = [function(real.numpy(), fake.numpy()) for function in INDEPENDENT[name]]
    assert both(name, real, fake) == pytest.approx(wanted, rel=1e-6)


def test_only_the_non_saturating_loss_is_steep_where_the_discriminator_is_sure():
    sure = column(-10.0)
    assert abs(slopes("minimax", sure, sure)[2].item()) < 1e-4
    assert slopes("non_saturating", sure, sure)[2].item() == pytest.approx(-1.0, abs=1e-4)


def test_the_relativistic_generator_is_the_discriminator_with_roles_exchanged():
    real, fake = column(0.3, -1.0, 2.0), column(1.0, -2.0, 0.5)
    loss = losses.RELATIVISTIC
    assert float(loss.generator(real, fake)) == float(loss.discriminator(fake, real))
    shifted = loss.discriminator(real + 7.0, fake + 7.0)
    assert float(shifted) == pytest.approx(float(loss.discriminator(real, fake)), abs=1e-6)


# --- Penalties -----------------------------------------------------------------------------------


def linear(weights):
    """Return a discriminator C(x) = w x + 3, whose gradient is w everywhere."""
    network = keras.Sequential([keras.Input((len(weights),)), keras.layers.Dense(1)])
    network.set_weights([np.reshape(weights, (-1, 1)), np.array([3.0])])
    return network


def quadratic(pictures, training=True):
    """C(x) = |x|^2 / 2, whose gradient is x."""
    return tf.reduce_sum(tf.square(pictures), axis=1, keepdims=True) / 2


POINTS = tf.constant([[3.0, 4.0], [0.0, 1.0], [-2.0, 0.0]])


def test_zero_centered_penalty_of_a_linear_discriminator():
    penalty = losses.zero_centered_penalty(linear([0.6, -0.8]), POINTS)
    assert float(penalty) == pytest.approx(1.0, abs=1e-6)
    assert float(losses.zero_centered_penalty(linear([3.0, 4.0]), POINTS)) == pytest.approx(25.0)


def test_zero_centered_penalty_of_a_quadratic_discriminator():
    penalty = losses.zero_centered_penalty(quadratic, POINTS)
    assert penalty.dtype == tf.float32
    assert float(penalty) == pytest.approx((25 + 1 + 4) / 3, rel=1e-6)


@hypothesis.given(
    weights=numpy_strategies.arrays(np.float32, 3, elements=strategies.floats(-100, 100, width=32)),
    count=strategies.integers(1, 5),
)
@hypothesis.settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
def test_zero_centered_penalty_is_the_squared_slope(weights, count):
    pictures = tf.random.stateless_normal((count, 3), seed=(count, 1))

    def judge(x, training=True):
        return x @ tf.reshape(weights, (3, 1))

    wanted = np.sum(weights.astype(np.float64) ** 2)
    assert float(losses.zero_centered_penalty(judge, pictures)) == pytest.approx(
        wanted, rel=1e-5, abs=1e-6
    )


def test_zero_centered_penalty_sums_over_all_pixels_and_means_over_pictures():
    def bright(pictures, training=True):
        return tf.reduce_sum(pictures, axis=(1, 2, 3))[:, tf.newaxis]

    for count in (1, 4):
        pictures = tf.random.stateless_normal((count, 5, 6, 3), seed=(0, count))
        assert float(losses.zero_centered_penalty(bright, pictures)) == pytest.approx(90.0)


@pytest.mark.parametrize("pack", [1, 2, 4])
def test_a_pack_counts_once_as_one_sample(pack):
    """A critic whose gradient over a whole pack has length 1."""

    def critic(points, training=True):
        sums = tf.reduce_sum(tf.reshape(points, (-1, 2 * pack)), axis=1, keepdims=True)
        return tf.repeat(sums / np.sqrt(2 * pack), pack, axis=0)

    points, mix = tf.random.stateless_normal((8, 2), seed=(0, 1)), tf.fill([8 // pack], 0.3)
    assert float(losses.zero_centered_penalty(critic, points, pack)) == pytest.approx(1.0)
    penalty = losses.gradient_penalty(critic, points, -points, mix, pack)
    assert float(penalty) == pytest.approx(0.0, abs=1e-6)


def test_zero_centered_penalty_is_differentiated_by_the_weights():
    """|w|^2 has the gradient 2 w, and none for the bias."""
    network = linear([0.5, -2.0])
    with tf.GradientTape() as tape:
        penalty = losses.zero_centered_penalty(network, POINTS)
    kernel, bias = tape.gradient(penalty, network.trainable_variables)
    np.testing.assert_allclose(kernel[:, 0], [1.0, -4.0], atol=1e-6)
    assert bias is None


@pytest.mark.parametrize(("norm", "wanted"), [(0.0, 1.0), (1.0, 0.0), (2.0, 1.0), (3.5, 6.25)])
def test_gradient_penalty_of_a_linear_discriminator(norm, wanted):
    network = linear([0.6 * norm, 0.8 * norm])
    penalty = losses.gradient_penalty(network, POINTS, -POINTS, tf.constant([0.0, 0.3, 1.0]))
    assert float(penalty) == pytest.approx(wanted, abs=1e-5)


def test_gradient_penalty_mixes_each_pair_by_its_own_number():
    real = tf.constant([[1.0, 0.0], [1.0, 0.0], [0.0, 2.0]])
    fake = tf.constant([[5.0, 0.0], [5.0, 0.0], [0.0, 4.0]])
    mix = tf.constant([1.0, 0.0, 0.5])
    norms = np.array([1.0, 5.0, 3.0])  # of mix real + (1 - mix) fake, the slope of |x|^2 / 2
    found = losses.gradient_penalty(quadratic, real, fake, mix)
    assert float(found) == pytest.approx(np.mean((norms - 1) ** 2), rel=1e-5)


def test_gradient_penalty_mixes_pictures_of_any_rank():
    pictures = tf.random.stateless_normal((4, 6, 6, 3), seed=(1, 2))

    def squares(x, training=True):
        return tf.reduce_sum(tf.square(x), axis=(1, 2, 3))[:, tf.newaxis] / 2

    mix = tf.constant([0.0, 0.25, 0.5, 1.0])
    found = losses.gradient_penalty(squares, pictures, -pictures, mix)
    between = pictures.numpy() * (2 * mix.numpy() - 1).reshape(-1, 1, 1, 1)
    norms = np.sqrt(np.sum(between.astype(np.float64) ** 2, axis=(1, 2, 3)))
    assert float(found) == pytest.approx(np.mean((norms - 1) ** 2), rel=1e-5)


def test_the_gan_draws_the_mix_uniformly():
    """Not from a normal distribution, as a well-known example did for years."""
    model = gan.GAN(
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]), linear([1.0, 1.0])
    )
    model.compile(gradient_penalty=10.0)
    mix = model._draw(tf.random.stateless_uniform, (20_000,), stream=1).numpy()
    assert 0.0 <= mix.min() and mix.max() < 1.0
    shares = np.histogram(mix, bins=10, range=(0.0, 1.0))[0] / len(mix)
    np.testing.assert_allclose(shares, 0.1, atol=0.01)
    assert not np.allclose(mix[:8, np.newaxis], model.draw_latent(8)[:, :1])


def test_gradient_penalty_is_finite_where_the_slope_is_zero():
    network = linear([0.0, 0.0])
    with tf.GradientTape() as tape:
        penalty = losses.gradient_penalty(network, POINTS, -POINTS, tf.constant([0.1, 0.5, 0.9]))
    kernel = tape.gradient(penalty, network.trainable_variables[0])
    assert float(penalty) == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(kernel).all()


def test_gradient_penalty_is_differentiated_by_the_weights():
    """(|w| - 1)^2 has the gradient 2 (|w| - 1) w / |w|."""
    network = linear([3.0, 4.0])
    with tf.GradientTape() as tape:
        penalty = losses.gradient_penalty(network, POINTS, -POINTS, tf.constant([0.1, 0.5, 0.9]))
    kernel = tape.gradient(penalty, network.trainable_variables[0])
    np.testing.assert_allclose(kernel[:, 0], [8 * 0.6, 8 * 0.8], rtol=1e-5)


@pytest.mark.parametrize("family", networks.FAMILIES)
def test_second_order_gradients_reach_every_kernel(family):
    """By finite differences, along a random direction in the space of the weights."""
    network = networks.discriminator((28, 28, 1), width=2, family=family)
    pictures = tf.random.stateless_uniform((3, 28, 28, 1), seed=(3, 4), minval=-1.0)
    mix = tf.constant([0.2, 0.5, 0.8])
    for function in (
        lambda: losses.zero_centered_penalty(network, pictures),
        lambda: losses.gradient_penalty(network, pictures, -pictures, mix),
    ):
        with tf.GradientTape() as tape:
            penalty = function()
        gradients = tape.gradient(penalty, network.trainable_variables)
        assert float(penalty) > 0
        for weight, gradient in zip(network.trainable_variables, gradients, strict=True):
            if weight.path.endswith("kernel"):
                assert gradient is not None, weight.path
                assert np.isfinite(gradient).all() and np.any(gradient), weight.path


def test_second_order_gradient_agrees_with_finite_differences():
    network = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(5, activation="tanh"), keras.layers.Dense(1)]
    )
    network.set_weights(
        [np.random.default_rng(0).normal(size=w.shape) for w in network.get_weights()]
    )
    kernel = network.trainable_variables[0]
    with tf.GradientTape() as tape:
        penalty = losses.zero_centered_penalty(network, POINTS / 4)
    slope = tape.gradient(penalty, kernel).numpy()
    direction = np.random.default_rng(1).normal(size=slope.shape).astype(np.float32)
    start, size, values = kernel.numpy(), 1e-2, []
    for sign in (1, -1):
        kernel.assign(start + sign * size * direction)
        values.append(float(losses.zero_centered_penalty(network, POINTS / 4)))
    measured = (values[0] - values[1]) / (2 * size)
    assert measured == pytest.approx(float(np.sum(slope * direction)), rel=1e-2)


# --- Names and bad input -------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_get_by_name_and_by_itself(name):
    assert losses.get(name) is losses.LOSSES[name]
    assert losses.get(losses.LOSSES[name]) is losses.LOSSES[name]


@pytest.mark.parametrize("loss", ["Hinge", "", "bce", None, 3, ("hinge",), lambda real, fake: 0.0])
def test_an_unknown_loss_is_refused_with_the_names(loss):
    with pytest.raises(ValueError, match="relativistic") as caught:
        losses.get(loss)
    assert repr(loss) in str(caught.value)


@pytest.mark.parametrize("which", ["discriminator", "generator"])
def test_relativistic_refuses_logits_that_are_no_pairs(which):
    function = getattr(losses.RELATIVISTIC, which)
    with pytest.raises(ValueError, match=r"\(4, 1\)") as caught:
        function(tf.zeros((4, 1)), tf.zeros((4,)))
    assert "(4,)" in str(caught.value)
    with pytest.raises(ValueError, match="same shape"):
        function(tf.zeros((4, 1)), tf.zeros((3, 1)))


def test_a_loss_cannot_be_changed_by_accident():
    with pytest.raises(dataclasses.FrozenInstanceError):
        losses.HINGE.balance = (0.0, 0.0)


def test_a_loss_of_your_own_trains():
    own = losses.AdversarialLoss(
        "own",
        lambda real, fake: tf.reduce_mean(tf.square(real - 3.0) + tf.square(fake + 3.0)),
        lambda real, fake: tf.reduce_mean(tf.square(fake - 3.0)),
        balance=(18.0, 9.0),
    )
    model = gan.GAN(
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)]), linear([0.1, 0.1])
    )
    model.compile(loss=own)
    data = np.full((8, 2), 0.5, np.float32)
    history = model.fit(data, batch_size=8, epochs=1, verbose=0).history
    real_logit, fake_logit = history["real_logit"][0], history["fake_logit"][0]
    assert real_logit == pytest.approx(3.1, abs=1e-4)
    assert history["discriminator_loss"][0] > 18.0 and np.isfinite(fake_logit)
