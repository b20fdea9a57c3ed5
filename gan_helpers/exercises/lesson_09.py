"""Checks of lesson 09: a test before training, losses that name a fault, faults by records."""

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import diagnosis, losses
from gan_helpers.data import arrays
from gan_helpers.exercises import checking

# --- Exercise 1: the test at the door ------------------------------------------------------------


@checking.check
def check_fit_together(fit_together):
    """`fit_together(generator, discriminator)` tells whether the two can play."""
    vectors, small, large, color = (8,), (14, 14, 1), (28, 28, 1), (28, 28, 3)
    for taken, made, judged, given, right, why in (
        (vectors, large, large, (1,), True, "the generator makes what the discriminator takes"),
        (vectors, color, color, (1,), True, "the generator makes what the discriminator takes"),
        (vectors, (2,), (2,), (1,), True, "samples need not be pictures: points of a plane fit"),
        (vectors, small, large, (1,), False, "14 pixels are made, 28 are taken"),
        (vectors, large, color, (1,), False, "one channel is made, three are taken"),
        (vectors, (784,), large, (1,), False, "784 flat numbers are made, a picture is taken"),
        (large, large, large, (1,), False, "the generator takes pictures, not latent vectors"),
        (vectors, large, large, (10,), False, "the discriminator gives ten numbers a picture"),
        (vectors, large, large, (28, 28, 1), False, "the discriminator gives one number a pixel"),
    ):
        found = checking.call(fit_together, _network(taken, made), _network(judged, given))
        checking.expect(
            isinstance(found, bool | np.bool_),
            f"the result is a {type(found).__name__}; expected True or False.",
        )
        checking.expect(
            bool(found) == right,
            f"you say {bool(found)}, but {why}. The generator: {taken} to {made}; "
            f"the discriminator: {judged} to {given}.",
        )
    return "no pair that cannot play gets past you, and it costs no training at all."


def _network(taken, made):
    """Return a small model from samples of one shape to samples of another."""
    inputs = keras.Input(taken)
    flat = keras.layers.Flatten()(inputs)
    numbers = keras.layers.Dense(int(np.prod(made)))(flat)
    return keras.Model(inputs, keras.layers.Reshape(made)(numbers))


# --- Exercise 2: losses that name a fault --------------------------------------------------------


@checking.check
def check_lowest_losses(on_reals, on_fakes):
    """The least losses, to 1e-4, of a discriminator with a sigmoid before a loss on logits."""
    best = {"reals": np.log1p(np.exp(-1.0)), "fakes": np.log(2.0)}
    found = {"reals": float(on_reals), "fakes": float(on_fakes)}
    for name, value in found.items():
        _explain_loss(name, value, best[name])
    return (
        "0.31 on reals together with 0.69 on fakes: whoever sees losses stand still there looks "
        "for a second sigmoid. 0.69 alone may be the balance."
    )


def _explain_loss(name, value, best):
    extreme = "1" if name == "reals" else "0"
    checking.expect(
        not np.isclose(value, 0.0, atol=1e-3),
        f"a loss of 0 on {name} would need an endless logit, but p stays between 0 and 1.",
    )
    worst = {"reals": np.log(2.0), "fakes": np.log1p(np.e)}[name]
    checking.expect(
        not np.isclose(value, worst, atol=1e-3),
        f"this is the highest loss on {name}. The best output for {name} is p = {extreme}.",
    )
    checking.expect(
        np.isclose(value, best, rtol=0.0, atol=5e-3),
        f"the lowest loss on {name} is not {value:.3f}. Put p = {extreme} into "
        f"softplus({'-p' if name == 'reals' else 'p'}).",
    )
    checking.expect(
        np.isclose(value, best, rtol=0.0, atol=1e-4),
        f"{value:g} is near the lowest loss on {name}; four digits are asked for (to within "
        "0.0001). Compute it, do not read it off the curve.",
    )


# --- Exercise 3: faults by their records ---------------------------------------------------------

FAULTS = {"P": "data range", "Q": "one optimizer", "R": "frozen", "S": "noise"}
EXPLAINED = {
    "data range": "reals between 0 and 1 beside fakes between -1 and 1",
    "one optimizer": "one optimizer for the sum of both losses",
    "frozen": "a generator whose weights never change",
    "noise": "reals that are noise",
}
LOOK_FOR = {
    "data range": "look at the lowest value of the reals.",
    "one optimizer": "two players who minimize one sum agree on a compromise: the fakes' logits "
    "rest near 0, where softplus(C) + softplus(-C) is least, and the generator pays log 2 = 0.69.",
    "frozen": "look at how far the generator moved.",
    "noise": "look at the correlation of neighboring pixels.",
}


def five_programs(digits, steps=30):
    """Train a healthy program and four faulty ones on digits; return {name: Health}.

    Args:
        digits: uint8 (N, 28, 28, 1), at least 64.
        steps: training steps of each program.
    """
    programs = {"healthy": None, **FAULTS}
    return {name: _train(digits, fault, steps) for name, fault in programs.items()}


def _train(digits, fault, steps):
    random = np.random.default_rng(9)
    generator, discriminator = _dense_networks()
    optimizers = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
    health = diagnosis.Health(generator, discriminator, every=15)
    for _ in range(steps):
        real = _reals(digits, fault, random)
        latent = tf.constant(random.normal(size=(64, 16)), tf.float32)
        step = _shared_step if fault == "one optimizer" else _two_steps
        fake, lost = step(
            generator, discriminator, optimizers[: 1 if fault == "frozen" else 2], real, latent
        )
        health.record(real=real, fake=fake, discriminator_loss=lost[0], generator_loss=lost[1])
    return health


def _dense_networks():
    """Return two small dense networks that start from the same weights at every call."""
    layers, start = keras.layers, keras.initializers.GlorotUniform
    generator = keras.Sequential(
        [
            keras.Input((16,)),
            layers.Dense(64, "leaky_relu", kernel_initializer=start(1), dtype="float32"),
            layers.Dense(784, "tanh", kernel_initializer=start(2), dtype="float32"),
            layers.Reshape((28, 28, 1), dtype="float32"),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(dtype="float32"),
            layers.Dense(64, "leaky_relu", kernel_initializer=start(3), dtype="float32"),
            layers.Dense(1, kernel_initializer=start(4), dtype="float32"),
        ]
    )
    return generator, discriminator


def _reals(digits, fault, random):
    if fault == "noise":
        return random.uniform(-1.0, 1.0, (64, 28, 28, 1)).astype(np.float32)
    batch = arrays.scale(digits[random.integers(len(digits), size=64)])
    return (batch + 1) / 2 if fault == "data range" else batch


def _losses(generator, discriminator, real, latent):
    fake = generator(latent, training=True)
    logits = discriminator(real, training=True), discriminator(fake, training=True)
    game = losses.NON_SATURATING
    return fake, game.discriminator(*logits), game.generator(*logits)


def _two_steps(generator, discriminator, optimizers, real, latent):
    """Each network goes down its own loss; without a second optimizer the generator rests."""
    with tf.GradientTape(persistent=True) as tape:
        fake, *lost = _losses(generator, discriminator, real, latent)
    for network, loss, optimizer in zip((discriminator, generator), lost, optimizers, strict=False):
        weights = network.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
    return fake, lost


def _shared_step(generator, discriminator, optimizers, real, latent):
    """One optimizer takes the weights of both networks down the sum of both losses."""
    with tf.GradientTape() as tape:
        fake, *lost = _losses(generator, discriminator, real, latent)
        total = lost[0] + lost[1]
    weights = [*generator.trainable_variables, *discriminator.trainable_variables]
    optimizers[0].apply_gradients(zip(tape.gradient(total, weights), weights, strict=True))
    return fake, lost


@checking.check
def check_five_programs(answers):
    """Check a dict from the name of each faulty program to its fault."""
    checking.expect(
        isinstance(answers, dict) and set(answers) == set(FAULTS),
        f"expected a dict with the keys {', '.join(FAULTS)}.",
    )
    checking.expect_filled(answers)
    known = ", ".join(repr(fault) for fault in EXPLAINED)
    for name, fault in answers.items():
        checking.expect(fault in EXPLAINED, f"{name}: {fault!r} is none of {known}.")
    for name, fault in answers.items():
        right = FAULTS[name]
        checking.expect(
            fault == right,
            f"{name} does not look like {EXPLAINED[fault]}. In its row, {LOOK_FOR[right]}",
        )
    return (
        "three faults have a column of their own, the last one shows in the losses; you read the "
        "record before you open the hood."
    )
