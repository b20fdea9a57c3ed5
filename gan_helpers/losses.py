"""Adversarial losses and gradient penalties as pure functions.

All losses work on logits, the discriminator's raw outputs: C(x) for real pictures, C(G(z)) for
fakes, D = sigmoid(C). Each is a pair of functions of `(real_logits, fake_logits)`, float tensors
of the same shape (N, 1) or (N,), and returns a float32 scalar that its network *minimizes*.
Equations are written as losses to minimize.

softplus(t) = log(1 + exp(t)), so that -log D(x) = softplus(-C(x)) and
-log(1 - D(x)) = softplus(C(x)); both are safe for logits of any size.
"""

import dataclasses
import math
from collections.abc import Callable

import tensorflow as tf

LOG_2 = math.log(2.0)


@dataclasses.dataclass(frozen=True)
class AdversarialLoss:
    """What the discriminator and what the generator minimize.

    Attributes:
        name: the name in the registry.
        discriminator: function of (real_logits, fake_logits) -> scalar.
        generator: function of (real_logits, fake_logits) -> scalar.
        balance: (discriminator, generator) losses where the discriminator cannot tell fakes from
            reals: what a game without winner shows in the curves.
        threshold: the logit above which the discriminator says "real"; None where logits have no
            zero point and only differences count.
    """

    name: str
    discriminator: Callable
    generator: Callable
    balance: tuple
    threshold: float | None = 0.0


def _mean(values):
    return tf.reduce_mean(tf.cast(values, tf.float32))


def _mean_square(values):
    """The mean of squares, taken in float32: 256 squared is too large for float16."""
    return _mean(tf.square(tf.cast(values, tf.float32)))


def _standard_discriminator(real_logits, fake_logits):
    """-log D(x) - log(1 - D(G(z))), the classifier's cross entropy on both halves."""
    return _mean(tf.nn.softplus(-real_logits)) + _mean(tf.nn.softplus(fake_logits))


def _minimax_generator(real_logits, fake_logits):
    """log(1 - D(G(z))): flat where the discriminator is sure, so the generator stops learning."""
    return -_mean(tf.nn.softplus(fake_logits))


def _non_saturating_generator(real_logits, fake_logits):
    """-log D(G(z)): steep exactly where the discriminator is sure."""
    return _mean(tf.nn.softplus(-fake_logits))


def _least_squares_discriminator(real_logits, fake_logits):
    """1/2 (C(x) - 1)^2 + 1/2 C(G(z))^2."""
    return 0.5 * _mean_square(real_logits - 1.0) + 0.5 * _mean_square(fake_logits)


def _least_squares_generator(real_logits, fake_logits):
    """1/2 (C(G(z)) - 1)^2."""
    return 0.5 * _mean_square(fake_logits - 1.0)


def _wasserstein_discriminator(real_logits, fake_logits):
    """C(G(z)) - C(x); the critic must be kept smooth, by a gradient penalty for example."""
    return _mean(fake_logits) - _mean(real_logits)


def _mean_fake_generator(real_logits, fake_logits):
    """-C(G(z))."""
    return -_mean(fake_logits)


def _hinge_discriminator(real_logits, fake_logits):
    """max(0, 1 - C(x)) + max(0, 1 + C(G(z)))."""
    return _mean(tf.nn.relu(1.0 - real_logits)) + _mean(tf.nn.relu(1.0 + fake_logits))


def _lead(logits, other_logits):
    """Return by how much each logit leads the other of its pair."""
    if not logits.shape.is_compatible_with(other_logits.shape):
        # (64, 1) - (64,) would quietly become (64, 64).
        raise ValueError(
            "real and fake logits come in pairs, but their shapes are "
            f"{tuple(logits.shape)} and {tuple(other_logits.shape)}; give both the same shape."
        )
    return logits - other_logits


def _relativistic_discriminator(real_logits, fake_logits):
    """softplus(-(C(x) - C(G(z)))): the real one shall look more real than the fake one."""
    return _mean(tf.nn.softplus(-_lead(real_logits, fake_logits)))


def _relativistic_generator(real_logits, fake_logits):
    """softplus(-(C(G(z)) - C(x))): and the other way round."""
    return _mean(tf.nn.softplus(-_lead(fake_logits, real_logits)))


MINIMAX = AdversarialLoss(
    # Goodfellow et al. 2014, "Generative Adversarial Nets", equation 1.
    "minimax",
    _standard_discriminator,
    _minimax_generator,
    balance=(2 * LOG_2, -LOG_2),
)
NON_SATURATING = AdversarialLoss(
    # Goodfellow et al. 2014, section 3: the same game with a stronger gradient for G.
    "non_saturating",
    _standard_discriminator,
    _non_saturating_generator,
    balance=(2 * LOG_2, LOG_2),
)
LEAST_SQUARES = AdversarialLoss(
    # Mao et al. 2017, "Least Squares Generative Adversarial Networks", a = 0, b = c = 1.
    "least_squares",
    _least_squares_discriminator,
    _least_squares_generator,
    balance=(0.25, 0.125),
    threshold=0.5,
)
WASSERSTEIN = AdversarialLoss(
    # Arjovsky et al. 2017, "Wasserstein GAN". Balance: the estimated distance is zero.
    "wasserstein",
    _wasserstein_discriminator,
    _mean_fake_generator,
    balance=(0.0, 0.0),
    threshold=None,
)
HINGE = AdversarialLoss(
    # Lim & Ye 2017, "Geometric GAN"; Miyato et al. 2018.
    "hinge",
    _hinge_discriminator,
    _mean_fake_generator,
    balance=(2.0, 0.0),
)
RELATIVISTIC = AdversarialLoss(
    # Jolicoeur-Martineau 2018; with R1 and R2 the loss of R3GAN (Huang et al. 2024).
    "relativistic",
    _relativistic_discriminator,
    _relativistic_generator,
    balance=(LOG_2, LOG_2),
    threshold=None,
)

LOSSES = {
    loss.name: loss
    for loss in (MINIMAX, NON_SATURATING, LEAST_SQUARES, WASSERSTEIN, HINGE, RELATIVISTIC)
}


def get(loss):
    """Return the `AdversarialLoss` of that name, or `loss` itself when it is one already.

    Your own loss is an `AdversarialLoss` of your two functions, or just the pair of them,
    (discriminator's, generator's); then nobody knows where its balance is.

    Raises:
        ValueError: for an unknown name or anything else, and for functions of your own that do not
            make a float scalar of two batches of logits.
    """
    if isinstance(loss, str) and loss in LOSSES:
        return LOSSES[loss]
    if isinstance(loss, tuple) and len(loss) == 2:
        loss = AdversarialLoss("own", *loss, balance=(math.nan, math.nan), threshold=None)
    if not isinstance(loss, AdversarialLoss):
        raise ValueError(
            f"loss is {loss!r}; allowed are {', '.join(LOSSES)}, or two functions of your own, "
            "gh.losses.AdversarialLoss(name, discriminator, generator, balance)."
        )
    if loss not in LOSSES.values():
        _try_out(loss)
    return loss


def _try_out(loss):
    """Raise where the functions are no losses: a forgotten mean makes steps N times too large."""
    for player in ("discriminator", "generator"):
        function, logits = getattr(loss, player), tf.zeros((2, 1))
        asked = f"the {player}'s function of the loss {loss.name!r}"
        try:
            value = tf.convert_to_tensor(function(logits, logits))
        except Exception as error:
            raise ValueError(f"{asked} fails on (real_logits, fake_logits): {error}") from error
        if value.shape.rank != 0 or not value.dtype.is_floating:
            raise ValueError(
                f"{asked} returns {value.dtype.name} of shape {value.shape}; expected one float: "
                "take the mean over the batch."
            )


def _squared_gradient_norms(discriminator, images, pack):
    """Return |grad_x C(x)|^2 for each pack of pictures, float32 of shape (N / pack,)."""
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        # Packs do not see each other in C (no batch norm), so the gradient of the sum holds each
        # one's own. A pack's logit stands there once for each of its pictures: it counts once.
        logits = tf.cast(discriminator(images, training=True), tf.float32)
        total = tf.reduce_sum(logits) / pack
    gradients = tf.cast(tape.gradient(total, images), tf.float32)
    squares = tf.reduce_sum(tf.square(gradients), axis=tuple(range(1, len(images.shape))))
    return tf.reduce_sum(tf.reshape(squares, (-1, pack)), axis=1)


def zero_centered_penalty(discriminator, images, pack=1):
    """Return E |grad_x C(x)|^2, a float32 scalar: R1 on real pictures, R2 on fakes.

    The loss adds (gamma / 2) times this. It flattens the discriminator where the pictures are, so
    that the game comes to rest (Mescheder et al. 2018, "Which Training Methods for GANs do
    actually Converge?", equations 9 and 10).

    Args:
        discriminator: a model from pictures to logits.
        images: float tensor (N, ...), in [-1, 1] for pictures.
        pack: pictures that are judged together, as one x; N is a multiple of it.
    """
    return tf.reduce_mean(_squared_gradient_norms(discriminator, images, pack))


def gradient_penalty(discriminator, real, fake, mix, pack=1):
    """Return E (|grad_x C(x)| - 1)^2 between reals and fakes, a float32 scalar (WGAN-GP).

    x = mix * real + (1 - mix) * fake (Gulrajani et al. 2017, "Improved Training of Wasserstein
    GANs", algorithm 1, there with weight 10).

    Args:
        discriminator: a model from pictures to logits.
        real, fake: float tensors (N, ...) of one shape.
        mix: float tensor (N / pack,), drawn *uniformly* from [0, 1], one number a pair.
        pack: pictures that are judged together, as one x; N is a multiple of it.
    """
    mix = tf.repeat(tf.cast(mix, real.dtype), pack)
    mix = tf.reshape(mix, [-1] + [1] * (len(real.shape) - 1))
    between = mix * real + (1.0 - mix) * tf.cast(fake, real.dtype)
    # The root has an infinite slope at zero: a tiny floor keeps the gradient finite there.
    norms = tf.sqrt(tf.maximum(_squared_gradient_norms(discriminator, between, pack), 1e-12))
    return tf.reduce_mean(tf.square(norms - 1.0))
