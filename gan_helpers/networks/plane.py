"""Small dense networks for points in the plane, and what helps a discriminator to see more.

All layers compute in float32, whatever the precision policy: the modes of a mixture are so small
that bfloat16, with its two to three digits, would round them away.
"""

import math

import keras

from gan_helpers import arguments, runtime  # noqa: F401  (starts TensorFlow quietly)


def plane_generator(latent_dim=2, width=128, depth=3, slope=0.2):
    """Return a Keras model from latent vectors (N, latent_dim) to points (N, 2), float32.

    Args:
        latent_dim: length of the latent vector, at least 1. With 2, the generator bends one plane
            into another, which can be drawn.
        width: units of each hidden layer.
        depth: number of hidden layers.
        slope: of the leaky rectifiers below zero, from 0 to below 1. With 0 the plane can be folded
            sharply: fewer points end up between two modes.

    Raises:
        ValueError: for a number out of range.
    """
    latent_dim = arguments.whole("latent_dim", latent_dim)
    width, depth = arguments.whole("width", width), arguments.whole("depth", depth)
    slope = arguments.number("slope", slope, least=0, below=1)
    latent = keras.Input((latent_dim,), name="latent")
    x = latent
    for number in range(1, depth + 1):
        x = _hidden(width, number)(x)
        x = keras.layers.LeakyReLU(slope, dtype="float32", name=f"leaky_{number}")(x)
    point = keras.layers.Dense(2, dtype="float32", name="point")(x)
    return keras.Model(latent, point, name="generator")


def plane_discriminator(width=128, depth=3, fourier=0, fourier_scale=1.0, pack=1, spectral=False):
    """Return a Keras model from points (N, 2) to logits (N, 1), float32.

    Args:
        width: units of each hidden layer.
        depth: number of hidden layers.
        fourier: number of random waves that replace the two coordinates, 0 for none; see
            `FourierFeatures`.
        fourier_scale: spread of the waves' frequencies, in waves per unit of length.
        pack: points that are judged together, 1 for each by itself; N must be a multiple of it.
            See `Pack`.
        spectral: divide each weight matrix by its largest singular value (Miyato et al. 2018,
            "Spectral Normalization for Generative Adversarial Networks").

    Raises:
        ValueError: for a number out of range.
    """
    width, depth = arguments.whole("width", width), arguments.whole("depth", depth)
    pack, fourier = arguments.whole("pack", pack), arguments.whole("fourier", fourier, 0)
    wrap = keras.layers.SpectralNormalization if spectral else _as_it_is
    point = keras.Input((2,), name="point")
    x = point
    if fourier:
        x = FourierFeatures(fourier, fourier_scale, dtype="float32", name="waves")(x)
    if pack > 1:
        x = Pack(pack, dtype="float32", name="pack")(x)
    for number in range(1, depth + 1):
        x = wrap(_hidden(width, number), dtype="float32", name=f"spectral_{number}")(x)
        x = keras.layers.LeakyReLU(0.2, dtype="float32", name=f"leaky_{number}")(x)
    logit = keras.layers.Dense(1, dtype="float32", name="logit")
    x = wrap(logit, dtype="float32", name="spectral_logit")(x)
    if pack > 1:
        x = Unpack(pack, dtype="float32", name="unpack")(x)
    return keras.Model(point, x, name="discriminator")


def _hidden(width, number):
    return keras.layers.Dense(
        width, kernel_initializer="he_normal", dtype="float32", name=f"dense_{number}"
    )


def _as_it_is(layer, **_):
    return layer


def pack_of(discriminator):
    """Return how many samples the discriminator judges together, 1 without packing."""
    return max([layer.size for layer in discriminator.layers if isinstance(layer, Pack)] + [1])


@keras.saving.register_keras_serializable(package="gan_helpers")
class FourierFeatures(keras.layers.Layer):
    """Replaces points by random waves: (N, D) becomes (N, 2 count), sines and cosines.

    gamma(x) = [sin(2 pi B x), cos(2 pi B x)] with a fixed B ~ N(0, scale^2). A dense network sees
    small details late or never; of waves it sees them at once (Tancik et al. 2020, "Fourier
    Features Let Networks Learn High Frequency Functions in Low Dimensional Domains").

    Args:
        count: number of waves, at least 1.
        scale: spread of their frequencies, in waves per unit of length, above 0.

    Raises:
        ValueError: for a count or scale out of range.
    """

    def __init__(self, count=64, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.count = arguments.whole("count", count)
        self.scale = arguments.number("scale", scale, above=0)

    def build(self, input_shape):
        self.frequencies = self.add_weight(
            shape=(input_shape[-1], self.count),
            initializer=keras.initializers.RandomNormal(stddev=self.scale),
            trainable=False,
            name="frequencies",
        )

    def call(self, points):
        """Return the waves' values at the points."""
        angles = 2 * math.pi * keras.ops.matmul(points, self.frequencies)
        return keras.ops.concatenate([keras.ops.sin(angles), keras.ops.cos(angles)], axis=-1)

    def get_config(self):
        return {**super().get_config(), "count": self.count, "scale": self.scale}


@keras.saving.register_keras_serializable(package="gan_helpers")
class Pack(keras.layers.Layer):
    """Lays samples that follow each other side by side: (N, D) becomes (N / size, size D).

    A generator that lost modes draws packs with too little variety, and a discriminator that sees
    whole packs notices (Lin et al. 2018, "PacGAN: The power of two samples in generative
    adversarial networks"). `Unpack` gives each sample its pack's logit.

    Args:
        size: samples a pack, at least 1; N must be a multiple of it.

    Raises:
        ValueError: for a size below 1, or a batch that does not fill its packs.
    """

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = arguments.whole("size", size)

    def call(self, samples):
        """Return the packs."""
        count, length = samples.shape
        if count is not None and count % self.size:
            raise ValueError(
                f"{count} samples do not fill packs of {self.size}; choose a batch size that is a "
                f"multiple of {self.size}."
            )
        return keras.ops.reshape(samples, (-1, self.size * length))

    def compute_output_shape(self, input_shape):
        count, length = input_shape
        return (None if count is None else count // self.size, self.size * length)

    def get_config(self):
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable(package="gan_helpers")
class Unpack(keras.layers.Layer):
    """Repeats each pack's value for all of its samples: (N / size, D) becomes (N, D).

    Args:
        size: samples a pack, at least 1.

    Raises:
        ValueError: for a size below 1.
    """

    def __init__(self, size=2, **kwargs):
        super().__init__(**kwargs)
        self.size = arguments.whole("size", size)

    def call(self, packs):
        """Return one value a sample."""
        return keras.ops.repeat(packs, self.size, axis=0)

    def compute_output_shape(self, input_shape):
        count, length = input_shape
        return (None if count is None else count * self.size, length)

    def get_config(self):
        return {**super().get_config(), "size": self.size}
