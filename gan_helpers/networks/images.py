"""Generators and discriminators for pictures of 28 to 128 pixels a side.

Two families share one plan: the generator turns a latent vector into a small square of features
and doubles its side stage by stage; the discriminator walks the same way back.

"dcgan"   Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional
          Generative Adversarial Networks": transposed convolutions of 5 x 5, batch norm.
"modern"  no normalization at all, as in R3GAN (Huang et al. 2024, "The GAN is dead; long live
          the GAN!"); the generator enlarges first and convolves then, so that every output pixel
          has the same number of inputs and no checkerboard is built in (Odena et al. 2016,
          "Deconvolution and Checkerboard Artifacts").

With `classes` both take a label besides, an int (N,), for a class-conditional GAN.
"""

import itertools
import math

import keras

from gan_helpers import arguments, runtime  # noqa: F401  (starts TensorFlow quietly)
from gan_helpers.networks import layers

# Side of the first square of features, for each side of a picture: 4 to 7, doubled until it is one.
FIRST_SIDE = {28: 7, 32: 4, 40: 5, 48: 6, 56: 7, 64: 4, 80: 5, 96: 6, 112: 7, 128: 4}
FAMILIES = ("modern", "dcgan")
CONDITIONINGS = ("projection", "concatenation")
MOST_FILTERS = 512


def generator(
    image_shape=(28, 28, 1), latent_dim=64, width=16, family="modern", level=0.0, classes=None
):
    """Return a Keras model from latent vectors (N, latent_dim) to pictures (N, H, W, C).

    With `classes` its input is the list [latent vectors, labels]: a learned vector for each class,
    an *embedding*, is laid beside the latent vector.

    Args:
        image_shape: (H, W, C) with H = W one of `FIRST_SIDE` and C = 1 or 3.
        latent_dim: length of the latent vector, at least 1.
        width: filters at the highest resolution; each smaller stage has twice as many, up to 512.
        family: "modern" or "dcgan".
        level: gray level around which the untrained model draws, above -1 and below 1. With the
            data's mean it need not travel there first, which can end in all-black pictures.
        classes: number of classes, from 2 on; labels are 0 to classes - 1. None takes no labels.

    The model's output is float32 in [-1, 1] (tanh), whatever the precision inside.

    Raises:
        ValueError: for a size, channel count, width, latent size, family, level or number of
            classes not supported.
    """
    side, channels, width, classes = _checked(image_shape, width, family, classes)
    latent_dim = arguments.whole("latent_dim", latent_dim)
    level = arguments.number("level", level, above=-1, below=1)
    build = {"modern": _modern_generator, "dcgan": _dcgan_generator}[family]
    latent = keras.Input((latent_dim,), name="latent")
    bias = math.atanh(level)
    if classes is None:
        image = build(latent, side, channels, width, bias)
        return keras.Model(latent, image, name="generator")
    label = _label()
    embedded = keras.layers.Embedding(classes, latent_dim, _spread_one(), name="embed_label")(label)
    both = keras.layers.Concatenate(name="latent_and_label")([latent, embedded])
    image = build(both, side, channels, width, bias)
    return keras.Model([latent, label], image, name="generator")


def from_class_vectors(generator):
    """Return a generator that takes class vectors in place of labels, and the classes' own vectors.

    With them one can draw between classes: w = (1 - t) w_3 + t w_8 is a mixture of 3 and 8.

    Args:
        generator: a class-conditional generator of this module, trained or not.

    Returns:
        A Keras model from the list [latent vectors (N, latent_dim), class vectors (N, D)] to
        pictures, which shares the generator's weights, and a copy of the learned vectors, float32
        (classes, D): row k is what label k means to the generator.

    Raises:
        ValueError: for a model without a layer "embed_label".
    """
    layers_by_name = {layer.name: layer for layer in getattr(generator, "layers", [])}
    if "embed_label" not in layers_by_name:
        raise ValueError(
            "the generator has no layer 'embed_label'; expected one that was built with classes=, "
            "such as gan.ema_generator of a conditional GAN."
        )
    embed = layers_by_name["embed_label"]
    inputs = [generator.inputs[0], embed.output]
    model = keras.Model(inputs, generator.output, name="generator_from_class_vectors")
    return model, embed.get_weights()[0]


def discriminator(
    image_shape=(28, 28, 1), width=16, family="modern", classes=None, conditioning="projection"
):
    """Return a Keras model from pictures (N, H, W, C) in [-1, 1] to logits (N, 1), float32.

    With `classes` its input is the list [pictures, labels]. "projection" adds how well picture
    and class fit to the logit, with the last features f(x) and learned vectors v and w_y:

        C(x, y) = v . f(x) + w_y . f(x)

    (Miyato and Koyama 2018, "cGANs with Projection Discriminator", equation 3). "concatenation"
    lays a learned picture of the class beside the picture, as one more channel (Mirza and
    Osindero 2014 do so with vectors).

    Args:
        image_shape, width, family, classes: as for `generator`.
        conditioning: "projection" or "concatenation"; without classes it means nothing.

    Raises:
        ValueError: for a size, channel count, width, family, number of classes or conditioning
            not supported.
    """
    side, channels, width, classes = _checked(image_shape, width, family, classes)
    if conditioning not in CONDITIONINGS:
        raise ValueError(
            f"conditioning is {conditioning!r}; allowed are {', '.join(CONDITIONINGS)}."
        )
    see = {"modern": _modern_features, "dcgan": _dcgan_features}[family]
    initializer = {"modern": "glorot_uniform", "dcgan": _dcgan_init()}[family]
    logit = keras.layers.Dense(1, kernel_initializer=initializer, dtype="float32", name="logit")
    image = keras.Input((side, side, channels), name="image")
    if classes is None:
        return keras.Model(image, logit(see(image, side, width)), name="discriminator")
    label = _label()
    if conditioning == "projection":
        features = see(image, side, width)
        output = _projection(logit(features), features, label, classes)
    else:
        plane = keras.layers.Embedding(classes, side * side, _spread_one(), name="embed_label")
        plane = keras.layers.Reshape((side, side, 1), name="picture_of_label")(plane(label))
        both = keras.layers.Concatenate(name="image_and_label")([image, plane])
        output = logit(see(both, side, width))
    return keras.Model([image, label], output, name="discriminator")


def _projection(logit, features, label, classes):
    """Return v . f(x) + w_y . f(x)."""
    embed = keras.layers.Embedding(classes, features.shape[-1], "zeros", name="embed_label")
    fit = keras.layers.Dot(axes=1, dtype="float32", name="fit")([features, embed(label)])
    return keras.layers.Add(dtype="float32", name="logit_and_fit")([logit, fit])


def _label():
    return keras.Input((), dtype="int32", name="label")


def _spread_one():
    """Embeddings as wide as the latent vectors or pictures they lie beside."""
    return keras.initializers.RandomNormal(stddev=1.0)


def stage_filters(side, width):
    """Return the filters of each stage, from the smallest resolution to the highest.

    A 32-pixel picture of width 16 grows 4 -> 8 -> 16 -> 32 pixels with 128, 64, 32, 16 filters.
    """
    doublings = (side // FIRST_SIDE[side]).bit_length() - 1
    return [min(width * 2**stage, MOST_FILTERS) for stage in range(doublings, -1, -1)]


def check_shape(image_shape, width):
    """Return (side, channels, width), or raise before anything is built."""
    shape = tuple(image_shape) if isinstance(image_shape, tuple | list) else (image_shape,)
    if (
        len(shape) != 3
        or shape[0] != shape[1]
        or shape[0] not in FIRST_SIDE
        or shape[2] not in (1, 3)
    ):
        sides = ", ".join(map(str, FIRST_SIDE))
        raise ValueError(
            f"image_shape is {image_shape!r}; expected (side, side, channels) with a side of "
            f"{sides} pixels and 1 or 3 channels, for example (28, 28, 1)."
        )
    width = arguments.whole("width", width, 1, MOST_FILTERS, of="filters")
    return int(shape[0]), int(shape[2]), width


def _checked(image_shape, width, family, classes):
    """Return (side, channels, width, classes), or raise before anything is built."""
    sizes = check_shape(image_shape, width)
    if family not in FAMILIES:
        raise ValueError(f"family is {family!r}; allowed are {', '.join(FAMILIES)}.")
    return *sizes, None if classes is None else arguments.whole("classes", classes, 2)


# --- modern ------------------------------------------------------------------------------------

# Without norms the first steps can throw tanh into its flat ends, where no gradient brings the
# generator back. A fifth of the signal keeps it in the steep middle.
_CALM = 0.2


def _modern_generator(latent, side, channels, width, bias):
    filters_of_stages = stage_filters(side, width)
    first = filters_of_stages[0]
    square = FIRST_SIDE[side]
    x = keras.layers.Dense(square * square * first, kernel_initializer="he_normal", name="project")(
        latent
    )
    x = keras.layers.LeakyReLU(0.2, name="leaky_project")(x)
    x = keras.layers.Reshape((square, square, first), name=f"square_{square}")(x)
    for filters, fewer in itertools.pairwise(filters_of_stages):
        x = convolution(filters, 1, f"convolve_{square}")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_{square}")(x)
        x = convolution(fewer, 1, f"reduce_{square}")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_reduce_{square}")(x)
        square *= 2
        if square < side:
            x = keras.layers.UpSampling2D(name=f"enlarge_{square}")(x)
    bias_initializer = keras.initializers.Constant(bias / _CALM)
    x = layers.EnlargingConvolution(
        channels, bias_initializer=bias_initializer, dtype="float32", name="to_image"
    )(x)
    x = keras.layers.Rescaling(_CALM, dtype="float32", name="calm")(x)
    return layers.Tanh(dtype="float32", name="tanh")(x)


def _modern_features(image, side, width):
    """Return f(x), what the logit is computed from."""
    *filters_of_stages, last = reversed(stage_filters(side, width))
    square = side // 2
    x = space_to_depth(image)
    for stage, filters in enumerate(filters_of_stages):
        if stage > 0:
            square //= 2
        x = convolution(filters, 1 if stage == 0 else 2, f"convolve_{square}")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_{square}")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(last, kernel_initializer="he_normal", name="combine")(x)
    return keras.layers.LeakyReLU(0.2, name="leaky_combine")(x)


def space_to_depth(image, side=2):
    """Put each block of side x side pixels into one position: less work, nothing lost."""
    rows, columns, channels = image.shape[1] // side, image.shape[2] // side, image.shape[3]
    x = keras.layers.Reshape((rows, side, columns, side, channels), name="split_blocks")(image)
    x = keras.layers.Permute((1, 3, 2, 4, 5), name="gather_blocks")(x)
    return keras.layers.Reshape((rows, columns, side**2 * channels), name="blocks_to_depth")(x)


def convolution(filters, stride, name):
    """Return a convolution of 3 x 3 that starts as He et al. 2015 advise for rectifiers."""
    return keras.layers.Conv2D(
        filters, 3, stride, padding="same", kernel_initializer="he_normal", name=name
    )


# --- dcgan -------------------------------------------------------------------------------------

# Section 4 of the paper: all weights start from a normal distribution of this spread.
_DCGAN_INIT = 0.02


def _dcgan_init():
    return keras.initializers.RandomNormal(stddev=_DCGAN_INIT)


def _dcgan_generator(latent, side, channels, width, bias):
    first, *others = stage_filters(side, width)[:-1]
    square = FIRST_SIDE[side]
    x = keras.layers.Dense(
        square * square * first, use_bias=False, kernel_initializer=_dcgan_init(), name="project"
    )(latent)
    x = keras.layers.Reshape((square, square, first), name=f"square_{square}")(x)
    x = keras.layers.BatchNormalization(name=f"norm_{square}")(x)
    x = keras.layers.ReLU(name=f"relu_{square}")(x)
    for filters in others:
        square *= 2
        x = _transposed(filters, f"grow_{square}", use_bias=False)(x)
        x = keras.layers.BatchNormalization(name=f"norm_{square}")(x)
        x = keras.layers.ReLU(name=f"relu_{square}")(x)
    bias_initializer = keras.initializers.Constant(bias)
    x = _transposed(channels, "to_image", bias_initializer=bias_initializer, dtype="float32")(x)
    return keras.layers.Activation("tanh", dtype="float32", name="tanh")(x)


def _transposed(filters, name, **options):
    return keras.layers.Conv2DTranspose(
        filters, 5, 2, padding="same", kernel_initializer=_dcgan_init(), name=name, **options
    )


def _dcgan_features(image, side, width):
    """Return f(x), what the logit is computed from."""
    filters_of_stages = list(reversed(stage_filters(side, width)))[:-1]
    x = image
    square = side
    for stage, filters in enumerate(filters_of_stages):
        square //= 2
        x = keras.layers.Conv2D(
            filters,
            5,
            2,
            padding="same",
            # Batch norm subtracts the mean, so a bias before it would do nothing.
            use_bias=stage == 0,
            kernel_initializer=_dcgan_init(),
            name=f"halve_{square}",
        )(x)
        if stage > 0:  # the paper leaves the first layer without norm
            x = keras.layers.BatchNormalization(name=f"norm_{square}")(x)
        x = keras.layers.LeakyReLU(0.2, name=f"leaky_{square}")(x)
    return keras.layers.Flatten(name="flatten")(x)
