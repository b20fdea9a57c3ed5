"""Networks that turn one picture into another: a U-Net, and a discriminator of patches.

Both begin by putting blocks of 2 x 2 pixels into one position, so that no convolution works at
full resolution, where most of the time would go; nothing is lost by it. The U-Net ends the other
way round: the channels of a position become a block of pixels (Shi et al. 2016, "Real-Time Single
Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network").
"""

import math

import keras
import tensorflow as tf

from gan_helpers import arguments
from gan_helpers.networks import images, layers

NORMALIZATIONS = (None, "batch", "instance")


def unet(image_shape=(64, 64, 3), channels=3, width=32, normalization=None, level=0.0):
    """Return a Keras model from pictures (N, H, W, C) to pictures (N, H, W, channels).

    Ronneberger et al. 2015, "U-Net: Convolutional Networks for Biomedical Image Segmentation": the
    picture shrinks to a small square of features, which know what the whole shows, and grows
    again. At each size the features from the way down are laid beside those on the way up, so that
    edges need not pass through the small square.

    Args:
        image_shape: (H, W, C) of the sources with H = W one of `FIRST_SIDE` and C = 1 or 3.
        channels: of the result, 1 or 3.
        width: filters at half the resolution; each smaller square has twice as many, up to 512.
        normalization: None, "batch" or "instance", after each convolution but the last.
        level: gray level around which the untrained model draws, above -1 and below 1.

    The input is in [-1, 1]; the output is float32 in [-1, 1] (tanh), whatever the precision inside.

    Raises:
        ValueError: for a size, channel count, width, normalization or level not supported.
    """
    side, _, width = images.check_shape(image_shape, width)
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels!r}; expected 1 (gray) or 3 (RGB).")
    if normalization not in NORMALIZATIONS:
        allowed = ", ".join(map(repr, NORMALIZATIONS))
        raise ValueError(f"normalization is {normalization!r}; allowed are {allowed}.")
    level = arguments.number("level", level, above=-1, below=1)
    source = keras.Input(tuple(image_shape), name="source")
    blocks = images.space_to_depth(source)
    stages = _stages(side, width)

    x, skips = blocks, {}
    for square, filters in stages:
        convolve = images.convolution(filters, 1 if square == side // 2 else 2, f"down_{square}")
        x = skips[square] = _active(convolve(x), f"down_{square}", normalization)
    for square, filters in reversed(stages[:-1]):
        x = layers.EnlargingConvolution(filters, name=f"up_{square}")(x)
        x = _active(x, f"up_{square}", normalization)
        x = keras.layers.Concatenate(name=f"skip_{square}")([x, skips[square]])
        x = images.convolution(filters, 1, f"join_{square}")(x)
        x = _active(x, f"join_{square}", normalization)
    x = keras.layers.Concatenate(name="skip_source")([x, blocks])
    return keras.Model(source, _to_picture(x, channels, math.atanh(level)), name="unet")


def patch_discriminator(source_shape=(64, 64, 3), target_shape=(64, 64, 3), width=32):
    """Return a Keras model from [sources, targets] to one logit for each patch, (N, h, w, 1).

    Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks", section
    3.2.2 (PatchGAN): each logit sees a part of the picture alone, 34 of 64 pixels here. That is
    enough to tell whether the texture is real; what the whole shows is left to the L1 term. It
    sees the source beside the target, so that a sharp picture of something else does not pass.

    Args:
        source_shape: (H, W, C) as in `unet`; None for a discriminator of targets alone, whose
            input then is one picture.
        target_shape: the same H and W, C = 1 or 3.
        width: filters at half the resolution; twice and four times as many at the smaller ones.

    Inputs are in [-1, 1]; logits are float32.

    Raises:
        ValueError: for a size, channel count or width not supported, or two different sizes.
    """
    side, _, width = images.check_shape(target_shape, width)
    target = x = keras.Input(tuple(target_shape), name="target")
    inputs = target
    if source_shape is not None:
        if images.check_shape(source_shape, width)[0] != side:
            raise ValueError(
                f"source_shape is {source_shape!r} and target_shape {target_shape!r}; expected the "
                "same height and width."
            )
        source = keras.Input(tuple(source_shape), name="source")
        inputs = [source, target]
        x = keras.layers.Concatenate(name="source_and_target")(inputs)
    x = images.space_to_depth(x)
    for square, filters in _stages(side, width)[:3]:
        stride = 1 if square == side // 2 else 2
        x = _active(images.convolution(filters, stride, f"see_{square}")(x), f"see_{square}")
    logits = keras.layers.Conv2D(1, 3, padding="same", dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="patch_discriminator")


def _stages(side, width):
    """Return (side, filters) of each square of features: 32, 16, 8, 4 for 64 pixels."""
    filters = images.stage_filters(side, width)[:0:-1]
    return [(side // 2**stage, number) for stage, number in enumerate(filters, start=1)]


def _active(x, name, normalization=None):
    """Normalize, if wanted, and bend."""
    if normalization == "batch":
        x = keras.layers.BatchNormalization(name=f"norm_{name}")(x)
    elif normalization == "instance":  # each channel of each picture by itself
        x = keras.layers.GroupNormalization(groups=-1, name=f"norm_{name}")(x)
    return keras.layers.LeakyReLU(0.2, name=f"leaky_{name}")(x)


def _to_picture(x, channels, bias):
    """Return the picture whose blocks of 2 x 2 pixels are the channels of x, through tanh."""
    x = keras.layers.Conv2D(
        4 * channels,
        3,
        padding="same",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02),
        bias_initializer=keras.initializers.Constant(bias),
        dtype="float32",
        name="to_blocks",
    )(x)
    x = DepthToSpace(dtype="float32", name="to_picture")(x)
    return layers.Tanh(dtype="float32", name="tanh")(x)


@keras.saving.register_keras_serializable(package="gan_helpers")
class DepthToSpace(keras.layers.Layer):
    """Lays the channels of each position out as a block of 2 x 2 pixels.

    Input (N, H, W, 4 C), output (N, 2 H, 2 W, C): the inverse of the networks' first step.
    """

    def call(self, x):
        """Return the picture."""
        return tf.nn.depth_to_space(x, 2)

    def compute_output_shape(self, input_shape):
        """Return (N, 2 H, 2 W, C)."""
        count, height, width, channels = input_shape
        double = [None if side is None else 2 * side for side in (height, width)]
        return (count, *double, channels // 4)
