"""Checks of lesson 04: a loss, a step of the generator, and bugs known by their symptoms."""

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import gan, losses
from gan_helpers.exercises import checking

# --- Exercise 1: the loss ------------------------------------------------------------------------

# None lies evenly around zero: there a wrong sign inside would not show.
LOGITS = (
    np.array([[-3.0], [-1.0], [0.5], [2.0]], np.float32),
    np.linspace(-6.0, 4.0, 8, dtype=np.float32)[:, np.newaxis],
    np.zeros((4, 1), np.float32),
)


@checking.check
def check_non_saturating_loss(generator_loss):
    """Check a function from the logits of fakes, (N, 1), to the mean of -log D(G(z))."""
    for logits in LOGITS:
        found = np.asarray(checking.call(generator_loss, tf.constant(logits)))
        checking.expect(
            found.shape == (),
            f"the loss has the shape {found.shape}; a loss is one number, the mean over the batch.",
        )
        _expect_value(float(found), logits.astype(np.float64))
    for size in (-1e4, 1e4):
        found = float(generator_loss(tf.constant([[size]], tf.float32)))
        checking.expect(
            np.isfinite(found) and np.isclose(found, max(-size, 0.0)),
            f"at a logit of {size:.0f} the loss is {found}; it must be {max(-size, 0.0):.0f}. A "
            "sigmoid that rounds to 0 or 1 has no useful logarithm: use tf.nn.softplus.",
        )
    return "you have the loss that is steep exactly where the discriminator is sure."


def _expect_value(found, logits):
    """Compare with the right loss and name the likely wrong ones."""
    right = np.mean(np.log1p(np.exp(-logits)))
    minimax = -np.mean(np.log1p(np.exp(logits)))
    if logits.any():  # at zero some of the wrong ones are right
        checking.expect(
            not np.isclose(found, minimax, atol=1e-4),
            "this is the minimax loss, log(1 - D(G(z))), flat where the discriminator is sure; "
            "wanted is -log D(G(z)).",
        )
        checking.expect(
            not np.isclose(found, -minimax, atol=1e-4),
            "the sign inside is wrong: this loss is small when fakes look fake. The generator "
            "wants high logits, so a high logit must give a small loss.",
        )
        checking.expect(
            not np.isclose(found, -right, atol=1e-4),
            "the sign in front is wrong: a network minimizes its loss, and -log of a probability "
            "is never below 0.",
        )
    checking.expect(
        not np.isclose(found, right * logits.size, atol=1e-4),
        "this is the sum over the batch; take the mean, or the step grows with the batch.",
    )
    checking.expect(
        np.isclose(found, right, atol=1e-4),
        f"for the logits {np.round(logits.ravel(), 1).tolist()} the loss is {found:.4f}; "
        f"expected {right:.4f}.",
    )


# --- Exercise 2: the generator's step ------------------------------------------------------------

RATE = 0.5


@checking.check
def check_generator_step(generator_step):
    """Check a step of the generator on networks of one layer, where all numbers are known."""
    for seed in range(3):
        random = np.random.default_rng(seed)
        latent = random.normal(size=(6, 2)).astype(np.float32)
        generator = _linear(random.normal(size=(2, 1)), random.normal(size=1))
        discriminator = _linear(random.choice([-1.0, 1.0], (1, 1)) * 1.5, random.normal(size=1))
        start = [weights.copy() for weights in generator.get_weights()]
        judge = [weights.copy() for weights in discriminator.get_weights()]
        found = _stepped(generator_step, generator, discriminator, latent)
        _expect_untouched(discriminator, judge)
        _expect_step(generator, start, judge, latent)
        loss, _ = _expected(start, judge, latent)
        checking.expect_close(found, np.float32(loss), "the loss that you return", 1e-4)
    return "you have the generator's half of the game: it moves, and its judge stays as it was."


def _linear(kernel, bias):
    """Return a network of one layer without activation: x -> x kernel + bias."""
    network = keras.Sequential(
        [keras.Input((len(kernel),)), keras.layers.Dense(len(bias), dtype="float32")]
    )
    network.set_weights([kernel, bias])
    return network


def _stepped(generator_step, generator, discriminator, latent):
    optimizer = keras.optimizers.SGD(RATE)
    try:
        return checking.call(
            generator_step, generator, discriminator, optimizer, tf.constant(latent)
        )
    except tf.errors.InvalidArgumentError as error:
        raise checking.Wrong(
            "the gradients do not fit the generator's weights. Ask the tape for those of "
            "generator.trainable_variables."
        ) from error
    except ValueError as error:
        if "No gradients" not in str(error):
            raise
        raise checking.Wrong(
            "no gradient reaches the generator. The fakes must be made inside the `with` block, "
            "without stop_gradient, and the loss must depend on them."
        ) from error


def _expect_untouched(discriminator, before):
    moved = any(
        np.any(now != then) for now, then in zip(discriminator.get_weights(), before, strict=True)
    )
    checking.expect(
        not moved,
        "the discriminator moved. In the generator's step ask the tape for the gradients of "
        "generator.trainable_variables alone, and apply those.",
    )
    checking.expect(
        discriminator.trainable and discriminator.trainable_variables,
        "your step leaves the discriminator frozen (trainable = False): it could not learn in its "
        "own half. Choose the weights by the list instead.",
    )


def _expect_step(generator, start, judge, latent):
    """Compare the generator's new weights with a step worked out by hand."""
    _, gradients = _expected(start, judge, latent)
    moves = [(now - then) / -RATE for now, then in zip(generator.get_weights(), start, strict=True)]
    checking.expect(
        any(np.any(np.abs(move) > 1e-7) for move in moves),
        "the generator did not move: hand the gradients to the optimizer, "
        "optimizer.apply_gradients(zip(gradients, generator.trainable_variables)).",
    )
    checking.expect(
        sum(float(np.sum(move * want)) for move, want in zip(moves, gradients, strict=True)) > 0,
        "the generator moved the wrong way: the step made its fakes easier to spot. Look at the "
        "sign of the logits inside the loss.",
    )
    for move, want, name in zip(moves, gradients, ("kernel", "bias"), strict=True):
        checking.expect(
            np.allclose(move, want, atol=1e-4),
            f"the generator moves the right way but not by the right amount: the gradient of its "
            f"{name} is off by up to {np.max(np.abs(move - want)):.2g}. The loss is the mean of "
            "softplus(-logits) over the fakes.",
        )


def _expected(start, judge, latent):
    """Return the non-saturating loss and its gradients (kernel, bias), by the chain rule."""
    (kernel, bias), (slope, offset) = start, judge
    logits = (latent @ kernel + bias) @ slope + offset
    to_fakes = -1.0 / (1.0 + np.exp(logits)) / len(latent) @ slope.T
    return np.mean(np.log1p(np.exp(-logits))), (latent.T @ to_fakes, to_fakes.sum(axis=0))


# --- Exercise 3: bugs by their symptoms ----------------------------------------------------------

BUGS = {"A": "sigmoid", "B": "sign", "C": "labels"}
EXPLAINED = {
    "sigmoid": "a sigmoid at the discriminator's end, although the loss takes logits",
    "labels": "the discriminator's labels are swapped",
    "sign": "the sign of the generator's loss is wrong",
}
NOT_THIS = {
    ("A", "labels"): "with swapped labels reals would get the lower logits; A names them right.",
    ("A", "sign"): "with a wrong sign the fakes run away from the reals; A's stay near. Look at "
    "the range of A's logits.",
    ("B", "labels"): "with swapped labels reals would get the lower logits; in B they do not.",
    ("B", "sigmoid"): "B's logits leave the range from 0 to 1, so no sigmoid holds them.",
    ("C", "sign"): "C's discriminator calls reals fake and fakes real; whose labels are wrong?",
    ("C", "sigmoid"): "C's logits leave the range from 0 to 1, so no sigmoid holds them.",
}


@checking.check
def check_symptoms(diagnosis):
    """Check a dict from each suspect, "A", "B" and "C", to "labels", "sigmoid" or "sign"."""
    checking.expect_kinds(diagnosis, BUGS, EXPLAINED, NOT_THIS)
    return "you read the curves of a game: range, order and direction give each bug away."


def suspects():
    """Return {name: compiled GAN of single numbers}: one healthy game and three with a bug."""
    return {name: _suspect(BUGS.get(name)) for name in ("healthy", *BUGS)}


def _suspect(bug):
    right = losses.NON_SATURATING
    judge, make = right.discriminator, right.generator
    if bug == "labels":
        judge = _swapped(judge)
    if bug == "sign":
        make = _negative_logits(make)
    last = "sigmoid" if bug == "sigmoid" else None
    model = gan.GAN(_small(2, None, "generator"), _small(1, last, "discriminator"))
    model.compile(
        loss=losses.AdversarialLoss("suspect", judge, make, right.balance),
        r1=0.1,
        r2=0.1,
        generator_optimizer=keras.optimizers.Adam(5e-3, beta_1=0.5),
        discriminator_optimizer=keras.optimizers.Adam(5e-3, beta_1=0.5),
    )
    return model


def _swapped(judge):
    return lambda real_logits, fake_logits: judge(fake_logits, real_logits)


def _negative_logits(make):
    return lambda real_logits, fake_logits: make(-real_logits, -fake_logits)


def _small(inputs, last, name):
    hidden = keras.layers.Dense(16, activation="leaky_relu", dtype="float32")
    end = keras.layers.Dense(1, activation=last, dtype="float32")
    return keras.Sequential([keras.Input((inputs,)), hidden, end], name=name)
