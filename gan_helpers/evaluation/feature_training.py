"""Feature nets for anyone's own pictures, trained without labels in about a minute.

Chen et al. 2020, "A Simple Framework for Contrastive Learning of Visual Representations"
(SimCLR): two views of one picture, turned, shifted, cropped and darkened at random, shall be
found again among the views of all other pictures of the batch. Whoever can do that has learned
what makes a picture this one.
"""

import time

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import arguments
from gan_helpers.data import arrays
from gan_helpers.evaluation import feature_networks, features

SIDES = (28, 128)
FEWEST = 64  # pictures to train on
BATCH = 256  # pictures; each shows twice
RATE = 4e-3
WARM_UP = 30  # steps
TEMPERATURE = 0.5
PROJECTION = 128  # dimensions in which views are compared


def train_feature_net(images, seconds=60, seed=0, steps=None):
    """Train a `FeatureNet` on your own pictures, without labels.

    Its distances are good for comparing GANs on these pictures and for nothing else: another
    seed, another time or other pictures make another net with another `hash`. So train it once,
    on the training pictures, `save` it, and use it for every GAN that you compare.

    Args:
        images: uint8 (N, H, W, C), 28 to 128 pixels high and wide, at least 64 of them.
        seconds: how long to train, above 0.
        seed: whole number from 0 on.
        steps: how many steps to train, in place of `seconds`: with the same seed and steps the
            same machine trains the same net. `about["steps"]` of a trained net tells its number.

    Returns:
        A `FeatureNet` with 64 features and no classes.

    Raises:
        ValueError: for pictures of another type, size or number, or an argument out of range.
    """
    images = _checked(images, seconds, seed, steps)
    trainer = _Trainer(images, seed)
    start = time.perf_counter()
    losses = trainer.train(seconds, steps)
    layers = convolutions(images.shape[1:])
    plain = feature_networks.network(images.shape[1:], layers)
    about = {
        "image_shape": list(images.shape[1:]),
        "convolutions": layers,
        "classes": None,
        "data": f"{len(images)} pictures, without labels",
        "seed": int(seed),
        "steps": len(losses),
        "seconds": round(time.perf_counter() - start, 1),
    }
    return features.FeatureNet("own", feature_networks.fold(trainer.net, plain), about)


def _checked(images, seconds, seed, steps):
    images = arrays.check_images(images)
    small, large = SIDES
    if not all(small <= side <= large for side in images.shape[1:3]):
        raise ValueError(
            f"images are {images.shape[1]} x {images.shape[2]} pixels; expected {small} to {large}."
        )
    if len(images) < FEWEST:
        raise ValueError(f"images has {len(images)} pictures; at least {FEWEST} are needed.")
    arguments.number("seconds", seconds, above=0)
    arguments.whole("seed", seed, 0, 2**31 - 1)
    if steps is not None:
        arguments.whole("steps", steps)
    return images


def convolutions(image_shape):
    """Return the layers for `feature_networks.network`: large pictures are shrunk at once."""
    shortest, longest = sorted(image_shape[:2])
    longest = min(longest, 80) if shortest <= 32 else longest  # or nothing is left to convolve
    size, stride = (3, 1) if longest <= 40 else (5, 2) if longest <= 80 else (7, 4)
    return [
        [16, size, stride, "same"],
        [32, 3, 2, "same"],
        [64, 3, 2, "same"],
        [64, 3, 1, "valid"],
    ]


def affine(pictures, seed, turn, zoom, shift, flip=False):
    """Turn, stretch, shear and shift each picture at random, by bilinear interpolation.

    Args:
        pictures: float (N, H, W, C) in [-1, 1]; what comes in from outside is -1.
        seed: whole number or scalar tensor; it alone determines what happens.
        turn: largest angle in degrees. zoom: largest relative change of the sides, and largest
            shear. shift: largest shift in pixels. flip: whether half of them are mirrored.
    """
    count, height, width = tf.shape(pictures)[0], pictures.shape[1], pictures.shape[2]

    def uniform(number, limit):
        return tf.random.stateless_uniform([count], [seed, number], -limit, limit)

    angle = uniform(0, turn * np.pi / 180)
    wide, high, shear = (1 + uniform(1, zoom)), (1 + uniform(2, zoom)), uniform(3, zoom)
    if flip:
        wide *= tf.sign(uniform(4, 1.0))
    # Pixel (x, y) of the result is looked up at (a x + b y + left, c x + d y + top).
    a, b = tf.cos(angle) * wide, -tf.sin(angle) + shear
    c, d = tf.sin(angle), tf.cos(angle) * high
    middle_x, middle_y = (width - 1) / 2, (height - 1) / 2
    left = middle_x - a * middle_x - b * middle_y + uniform(5, shift)
    top = middle_y - c * middle_x - d * middle_y + uniform(6, shift)
    zero = tf.zeros_like(a)
    transform = tf.stack([a, b, left, c, d, top, zero, zero], axis=1)
    return keras.ops.image.affine_transform(
        pictures, transform, interpolation="bilinear", fill_mode="constant", fill_value=-1.0
    )


def view(pictures, seed):
    """Return one of many views of each float picture: moved, cropped, darkened, partly covered.

    What a view may change, the net learns to overlook. So there is no noise, no blur and no
    change of color among the changes: those are faults of fakes, which a metric shall notice.
    """
    count, height, width = tf.shape(pictures)[0], pictures.shape[1], pictures.shape[2]
    longest = max(height, width)
    pictures = affine(pictures, seed, turn=10.0, zoom=0.15, shift=longest / 9)
    light = tf.random.stateless_uniform([count, 1, 1, 1], [seed, 7], 0.7, 1.0)
    pictures = (pictures + 1.0) * light - 1.0
    # A square of a third of the side, anywhere (DeVries and Taylor 2017, "Cutout").
    middles = tf.random.stateless_uniform([count, 2, 1], [seed, 8])
    rows = tf.abs(tf.range(height, dtype=tf.float32) - middles[:, 0] * height) <= longest / 6
    columns = tf.abs(tf.range(width, dtype=tf.float32) - middles[:, 1] * width) <= longest / 6
    covered = rows[:, :, tf.newaxis] & columns[:, tf.newaxis, :]
    return tf.where(covered[..., tf.newaxis], -1.0, pictures)


def contrastive_loss(z, temperature=TEMPERATURE):
    """Return the mean of -log(exp(s_ij / t) / sum_{k != i} exp(s_ik / t)), Chen et al., eq. 1.

    Args:
        z: float (2 N, P): row i and row i + N are the views j of one picture; s is their cosine.
        temperature: t, above 0.
    """
    z = tf.math.l2_normalize(z, axis=1)
    rows = tf.shape(z)[0]
    similar = tf.matmul(z, z, transpose_b=True) / temperature
    similar = tf.linalg.set_diag(similar, tf.fill([rows], -1e9))
    partner = tf.roll(tf.range(rows), rows // 2, axis=0)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(partner, similar)
    return tf.reduce_mean(losses)


class _Trainer:
    """The net, the projection in which views are compared, and one training step."""

    def __init__(self, images, seed):
        self.images, self.seed = tf.constant(images), int(seed)
        self.batch, self.shape = min(BATCH, len(images)), images.shape[1:]
        start = keras.initializers.HeNormal(seed=self.seed)
        self.net = feature_networks.network(
            self.shape, convolutions(self.shape), normalize=True, initializer=start
        )
        self.projection = feature_networks.projection(PROJECTION, start)
        self.trained = self.net.trainable_variables + self.projection.trainable_variables
        self.optimizer = keras.optimizers.Adam(RATE)
        self.optimizer.build(self.trained)
        self.step = tf.function(self._step)

    def train(self, seconds, steps):
        """Train until the steps are done, or without a number the seconds over; return losses.

        The rate warms up, then falls with the root of the step. It does not depend on how many
        steps there will be: nobody knows that in advance who trains by the clock.
        """
        start, losses = time.perf_counter(), []
        while not losses or (
            len(losses) < steps if steps else time.perf_counter() < start + seconds
        ):
            number = len(losses)
            rate = RATE * min(1, (number + 1) / WARM_UP) / (1 + number / WARM_UP) ** 0.5
            self.optimizer.learning_rate.assign(rate)
            losses.append(float(self.step(tf.constant(number, tf.int64))))
        return losses

    def _step(self, number):
        drawn = tf.stack([tf.constant(self.seed, tf.int64), number])
        chosen = tf.random.stateless_uniform(
            [self.batch], drawn, 0, len(self.images), dtype=tf.int32
        )
        pictures = tf.cast(tf.gather(self.images, chosen), tf.float32) / 127.5 - 1.0
        first = (self.seed * 1_000_000 + number) * 2
        views = tf.concat([view(pictures, first), view(pictures, first + 1)], axis=0)
        with tf.GradientTape() as tape:
            seen = self.net(views, training=True)["features"]
            loss = contrastive_loss(self.projection(seen, training=True))
        gradients = tape.gradient(loss, self.trained)
        self.optimizer.apply_gradients(zip(gradients, self.trained, strict=True))
        return loss
