"""The recipe of R3GAN at our size.

Source: Huang et al. 2024, "The GAN is dead; long live the GAN! A Modern GAN Baseline", and its
code, github.com/brownvc/R3GAN. As published: relativistic loss with R1 and R2 at every step;
residual blocks 1 x 1, grouped 3 x 3 in groups of 16, 1 x 1, twice as wide inside, without norms,
begun by fix-up; bilinear resampling; a learned basis as first and last layer; no tanh; Adam with
beta 1 = 0, its beta 2 rising from 0.9 to 0.99 while rate and penalty fall by cosines; an average
of the generator. What differs is scale: 7 x 7, 14 x 14 and 28 x 28 with 64, 32 and 16 channels
(published: 768) and one block each (two), batches of 64 (512), a rate ten times as high for a run
a thousand times as short.
"""

import keras
import numpy as np
import tensorflow as tf

import gan_helpers as gh
from peers import keras_peer

SIDE = 7
WIDTHS = (64, 32, 16)
GROUP = 16
BURN_IN = 5_000  # steps until rate, penalty and beta 2 rest
RATE = (2e-3, 5e-4)
GAMMA = (1.0, 0.1)
BETA_2 = (0.9, 0.99)
GAIN = np.sqrt(2.0 / (1.0 + 0.2**2))  # keeps the variance through a leaky ReLU of slope 0.2


class Peer(keras_peer.KerasPeer):
    """Trains by `gh.GAN`, which has the loss, the penalties and the average."""

    batch_size = 64
    latent_dim = 64

    def build(self):
        """Return the averaged generator, which draws, and the discriminator."""
        self.gan = gh.GAN(_generator(self.latent_dim), _discriminator())
        gamma = _cosine(*GAMMA)
        self.gan.compile(
            loss="relativistic",
            r1=gamma,
            r2=gamma,
            generator_optimizer=RisingAdam(_cosine(*RATE), beta_1=0.0),
            discriminator_optimizer=RisingAdam(_cosine(*RATE), beta_1=0.0),
            ema=0.995,
            seed=self.seed,
        )
        return self.gan.ema_generator, self.gan.discriminator

    def step(self, real, labels):
        """One step of the game."""
        self.gan.train_step(real)


class RisingAdam(keras.optimizers.Adam):
    """Adam whose average of squared gradients remembers longer from step to step."""

    def update_step(self, gradient, variable, learning_rate):
        self.beta_2 = _cosine(*BETA_2)(self.iterations)
        super().update_step(gradient, variable, learning_rate)


def _cosine(first, last):
    return keras.optimizers.schedules.CosineDecay(first, BURN_IN, alpha=last / first)


class Basis(keras.layers.Layer):
    """Multiplies each channel's number with a learned picture: (N, C) to (N, side, side, C)."""

    def __init__(self, side, **kwargs):
        super().__init__(**kwargs)
        self.side = side

    def build(self, input_shape):
        shape = (self.side, self.side, input_shape[-1])
        self.basis = self.add_weight(shape=shape, initializer=keras.initializers.RandomNormal(0, 1))

    def call(self, values):
        return values[:, None, None, :] * self.basis

    def get_config(self):
        return {**super().get_config(), "side": self.side}


class GroupedConv2D(keras.layers.Conv2D):
    """Keras sends grouped convolutions on a CPU through XLA, some hundred times slower."""

    def convolution_op(self, inputs, kernel):
        return tf.nn.conv2d(inputs, kernel, strides=1, padding="SAME")


def _generator(latent_dim):
    latent = keras.Input((latent_dim,))
    x = keras.layers.Dense(WIDTHS[0], use_bias=False, kernel_initializer=_scaled(1.0))(latent)
    x = Basis(SIDE)(x)
    for number, width in enumerate(WIDTHS):
        if number > 0:
            x = keras.layers.UpSampling2D(interpolation="bilinear")(_pointwise(x, width, 1.0))
        x = _block(x, width)
    return keras.Model(latent, _pointwise(x, 1, 1.0))


def _discriminator():
    picture = keras.Input((28, 28, 1))
    x = _pointwise(picture, WIDTHS[-1], 1.0)
    for number, width in enumerate(reversed(WIDTHS)):
        if number > 0:
            x = _pointwise(_halve(x), width, 1.0)
        x = _block(x, width)
    normal = keras.initializers.RandomNormal(0.0, 1.0 / SIDE)
    x = keras.layers.DepthwiseConv2D(SIDE, use_bias=False, depthwise_initializer=normal)(x)
    x = keras.layers.Dense(1, use_bias=False, kernel_initializer=_scaled(1.0))(
        keras.layers.Flatten()(x)
    )
    return keras.Model(picture, x)


def _block(x, width):
    """A residual block; its last convolution begins with zeros, the others smaller by depth."""
    gain = GAIN * len(WIDTHS) ** -0.25
    y = _active(_pointwise(x, 2 * width, gain, bias=True))
    groups, initializer = 2 * width // GROUP, _scaled(gain)
    y = GroupedConv2D(2 * width, 3, padding="same", groups=groups, kernel_initializer=initializer)(
        y
    )
    return x + _pointwise(_active(y), width, 0.0)


def _active(x):
    return keras.layers.LeakyReLU(negative_slope=0.2)(x)


def _pointwise(x, width, gain, bias=False):
    initializer = _scaled(gain) if gain else "zeros"
    return keras.layers.Conv2D(width, 1, use_bias=bias, kernel_initializer=initializer)(x)


def _scaled(gain):
    """Return normal weights of the deviation gain / sqrt(inputs)."""
    return keras.initializers.VarianceScaling(gain**2, "fan_in", "untruncated_normal")


def _halve(x):
    """Halve the sides with the weights (1, 3, 3, 1) / 8, the mirror of bilinear doubling."""
    row = np.array([1.0, 3.0, 3.0, 1.0]) / 8.0
    kernel = np.tile(np.outer(row, row)[:, :, None, None], (1, 1, x.shape[-1], 1))
    layer = keras.layers.DepthwiseConv2D(4, strides=2, padding="same", use_bias=False)
    layer.trainable = False
    layer.build(x.shape)
    layer.set_weights([kernel])
    return layer(x)
