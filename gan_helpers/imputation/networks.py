"""Two networks for a conditional GAN whose condition is a picture with a hole.

The condition is float32 (N, H, W, C + 1): the picture in [-1, 1] with 0 in its hole, then the
mask, 1 = known. `completer.conceal` makes it.
"""

import math

import keras

from gan_helpers import arguments
from gan_helpers.networks import images, layers

# As in `networks.generator`: a calm start keeps tanh in its steep middle.
_CALM = 0.2


def generator(image_shape=(28, 28, 1), latent_dim=64, width=16, level=0.0):
    """Return a Keras model from [latent vectors, conditions] to whole pictures (N, H, W, C).

    It walks down to a small square of features, as a discriminator does, and up again. At the
    bottom, fully connected layers carry what is known from one edge of the picture to the other
    (Pathak et al. 2016, "Context Encoders: Feature Learning by Inpainting") and mix the latent
    vector in. On the way up each size sees once more what the way down saw at this size
    (Ronneberger et al. 2015, "U-Net: Convolutional Networks for Biomedical Image Segmentation").

    Args:
        image_shape, latent_dim, width, level: as for `gh.networks.generator`.

    The output is float32 in [-1, 1]; where the mask is 1 it is the condition's picture, exactly.

    Raises:
        ValueError: for a shape, latent size, width or level that is not supported.
    """
    side, channels, width = images.check_shape(image_shape, width)
    latent_dim = arguments.whole("latent_dim", latent_dim)
    level = arguments.number("level", level, above=-1, below=1)
    latent = keras.Input((latent_dim,), name="latent")
    condition = keras.Input((side, side, channels + 1), name="condition")
    *filters, last = images.stage_filters(side, width)

    x, seen = condition, []
    for number in reversed(filters):
        x = _convolution(x, number, stride=2)
        seen.append(x)
    x = keras.layers.Concatenate()([seen.pop(), _mixed(x, latent)])
    for fewer in [*filters[1:], last]:
        x = _convolution(x, fewer)
        if seen:
            x = keras.layers.UpSampling2D()(x)
            x = keras.layers.Concatenate()([x, seen.pop()])
    bias = keras.initializers.Constant(math.atanh(level) / _CALM)
    x = layers.EnlargingConvolution(channels, bias_initializer=bias, dtype="float32")(x)
    x = keras.layers.Rescaling(_CALM, dtype="float32")(x)
    x = layers.Tanh(dtype="float32")(x)
    picture = layers.KeepKnown(dtype="float32", name="keep_known")(x, condition)
    return keras.Model([latent, condition], picture, name="generator")


def _mixed(features, latent):
    """Return new features of this size from all that is known and the latent vector."""
    square, filters = features.shape[1], features.shape[-1]
    known = keras.layers.Flatten()(features)
    known = _dense(known, filters)
    x = keras.layers.Concatenate()([known, latent])
    x = _dense(x, square * square * filters // 2)
    return keras.layers.Reshape((square, square, filters // 2))(x)


def discriminator(image_shape=(28, 28, 1), width=16):
    """Return a Keras model from [pictures, conditions] to logits (N, 1), float32.

    Real and completed pictures agree wherever the mask is 1, so all it can go by is what stands
    in the hole and how that fits.

    Args:
        image_shape, width: as for `generator`.
    """
    side, channels, width = images.check_shape(image_shape, width)
    image = keras.Input((side, side, channels), name="image")
    condition = keras.Input((side, side, channels + 1), name="condition")
    *filters, last = reversed(images.stage_filters(side, width)[:-1])
    x = keras.layers.Concatenate(dtype="float32")([image, condition])
    for number in [*filters, last]:
        x = _convolution(x, number, stride=2)
    x = keras.layers.Flatten()(x)
    x = _dense(x, last)
    logit = keras.layers.Dense(1, dtype="float32", name="logit")(x)
    return keras.Model([image, condition], logit, name="discriminator")


def _convolution(x, filters, stride=1):
    options = {"padding": "same", "kernel_initializer": "he_normal"}
    x = keras.layers.Conv2D(filters, 3, stride, **options)(x)
    return keras.layers.LeakyReLU(0.2)(x)


def _dense(x, units):
    x = keras.layers.Dense(units, kernel_initializer="he_normal")(x)
    return keras.layers.LeakyReLU(0.2)(x)
