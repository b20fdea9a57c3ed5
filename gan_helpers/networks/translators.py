"""A small residual network from picture to picture, made for minutes on a few cores."""

import keras

from gan_helpers import arguments
from gan_helpers.networks import images


def residual_translator(image_shape=(64, 64, 3), width=48, blocks=3, patch=4):
    """Return a Keras model from pictures (N, H, W, C) to pictures of the same shape, float32.

    Computes x + f(x). Blocks of patch x patch pixels become one position with many channels
    (nothing is lost, and the convolutions have 1 / patch^2 of the positions to visit); f works
    there with residual blocks (He et al. 2016) and ends in weights of zero. So an untrained
    translator returns its input: training starts at "doing nothing", where the cycle and the
    identity of Zhu et al. 2017 are perfect already, and every pixel that needs no change stays
    sharp.

    Args:
        image_shape: (H, W, C), sides that `patch` divides, C = 1 or 3.
        width: filters of each convolution, from 1 on.
        blocks: residual blocks of two convolutions, from 0 on.
        patch: side of the blocks of pixels, from 1 on.

    The output is not bounded: a translator is trained to stay in [-1, 1], and what leaves it is
    clipped where pictures are made.

    Raises:
        ValueError: for a shape, width, number or patch out of range.
    """
    width, blocks = arguments.whole("width", width), arguments.whole("blocks", blocks, 0)
    patch = arguments.whole("patch", patch)
    height, across, channels = _checked(image_shape, patch)
    rows, columns = height // patch, across // patch
    image = keras.Input((height, across, channels), name="image")
    x = images.space_to_depth(image, patch)
    x = images.convolution(width, 1, "look")(x)
    for number in range(1, blocks + 1):
        x = _residual_block(x, width, number)
    x = keras.layers.LeakyReLU(0.2, name="leaky_last")(x)
    x = keras.layers.Conv2D(
        patch**2 * channels,
        3,
        padding="same",
        kernel_initializer="zeros",
        dtype="float32",
        name="change",
    )(x)
    shape = (rows, columns, patch, patch, channels)
    x = keras.layers.Reshape(shape, dtype="float32", name="depth_to_blocks")(x)
    x = keras.layers.Permute((1, 3, 2, 4, 5), dtype="float32", name="spread_blocks")(x)
    x = keras.layers.Reshape((height, across, channels), dtype="float32", name="to_image")(x)
    x = keras.layers.Add(dtype="float32", name="add_change")([image, x])
    return keras.Model(image, x, name="translator")


def _residual_block(x, width, number):
    """Return x + f(x), f = two convolutions, each after a rectifier."""
    change = keras.layers.LeakyReLU(0.2, name=f"leaky_{number}_1")(x)
    change = images.convolution(width, 1, f"convolve_{number}_1")(change)
    change = keras.layers.LeakyReLU(0.2, name=f"leaky_{number}_2")(change)
    change = images.convolution(width, 1, f"convolve_{number}_2")(change)
    return keras.layers.Add(name=f"add_{number}")([x, change])


def _checked(image_shape, patch):
    """Return (height, width, channels), or raise before anything is built."""
    shape = tuple(image_shape) if isinstance(image_shape, tuple | list) else (image_shape,)
    if len(shape) != 3 or not all(map(arguments.is_whole, shape)) or shape[2] not in (1, 3):
        raise ValueError(
            f"image_shape is {image_shape!r}; expected (height, width, channels) with 1 or 3 "
            "channels, for example (64, 64, 3)."
        )
    if shape[0] % patch or shape[1] % patch:
        raise ValueError(
            f"pictures of {shape[0]} x {shape[1]} pixels cannot be cut into blocks of {patch} x "
            f"{patch}; choose a patch that divides both sides, or resize the pictures."
        )
    return map(int, shape)
