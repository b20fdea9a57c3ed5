"""Differentiable augmentation: a GAN from few pictures, without learning them by heart.

Zhao et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training", equations 4 and
5, with T a random change of each picture:

    L_D = E_x [f_D(-D(T(x)))] + E_z [f_D(D(T(G(z))))]
    L_G = E_z [f_G(-D(T(G(z))))]

The discriminator sees reals and fakes through the same T and a picture seldom twice alike, so it
hardly learns the few reals by heart. T is differentiable, so the generator learns through it; and
as both sides are changed alike, the generator does not learn to draw the changes.

All functions take float pictures (N, H, W, C) in [-1, 1] and a `seed`, two whole numbers that
determine every draw. They return tensors of the same shape and type; colors may leave [-1, 1], as
in the paper. What comes in at the borders, and the hole of the cutout, is 0 as in the paper: middle
gray. On a dark ground it shows by how much a picture was moved, so a fake that is drawn off the
middle cannot pass for one that was moved. With black, -1, it could.
"""

import tensorflow as tf

TRANSLATION = 8  # pictures move by up to one eighth of their side
CUTOUT = 2  # the hole has half of the picture's side


def augment(images, names, seed):
    """Return T(images): the changes of these names in their order, each with its own draws.

    Args:
        images: float tensor (N, H, W, C), in [-1, 1].
        names: list or tuple of names in `AUGMENTATIONS`.
        seed: int tensor of two numbers, as TensorFlow's stateless generators take it.

    Returns:
        A tensor of the images' shape and type.

    Raises:
        ValueError: for an unknown name or images of another rank or type.
    """
    images = tf.convert_to_tensor(images)
    check(names, images.shape[1:])
    if not images.dtype.is_floating:
        raise ValueError(
            f"the images are {images.dtype.name}; expected floats in [-1, 1]: use gh.data.scale."
        )
    seed = tf.convert_to_tensor(seed)
    for position, name in enumerate(names):
        own_seed = tf.random.experimental.stateless_fold_in(seed, tf.cast(position, seed.dtype))
        images = AUGMENTATIONS[name](images, own_seed)
    return images


def check(names, sample_shape):
    """Refuse what is no list of augmentations, or samples that are no pictures.

    Args:
        names: what the user gave.
        sample_shape: the shape of one sample; () is allowed with no names.

    Raises:
        ValueError: says what came and which names there are.
    """
    known = ", ".join(AUGMENTATIONS)
    if not isinstance(names, list | tuple):
        raise ValueError(
            f'augment is {names!r}; expected a tuple of names, such as ("translation", "cutout").'
        )
    unknown = [name for name in names if name not in list(AUGMENTATIONS)]
    if unknown:
        raise ValueError(f"augment holds {unknown[0]!r}; choose from: {known}.")
    if names and len(sample_shape) != 3:
        raise ValueError(
            f"augment changes pictures (H, W, C), but the samples have the shape "
            f"{tuple(sample_shape)}; leave augment out."
        )


# --- Color -------------------------------------------------------------------------------------


def brightness(images, seed):
    """Return the images, each lighter or darker by up to 0.5: x + u, u ~ U(-0.5, 0.5)."""
    return images + _uniform(images, seed, -0.5, 0.5)


def saturation(images, seed):
    """Return the images with colors 0 to 2 times as far from gray; gray pictures stay as is."""
    return _spread(images, _mean(images, [3]), _uniform(images, seed, 0.0, 2.0))


def contrast(images, seed):
    """Return the images, each value 0.5 to 1.5 times as far from its picture's mean."""
    return _spread(images, _mean(images, [1, 2, 3]), _uniform(images, seed, 0.5, 1.5))


def _spread(images, middle, factor):
    return (images - middle) * factor + middle


def _mean(images, axes):
    # A sum of many bfloat16 numbers would lose the small ones.
    mean = tf.reduce_mean(tf.cast(images, tf.float32), axes, keepdims=True)
    return tf.cast(mean, images.dtype)


def _uniform(images, seed, low, high):
    """Return one number a picture, (N, 1, 1, 1)."""
    drawn = tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed, low, high)
    return tf.cast(drawn, images.dtype)


# --- Place -------------------------------------------------------------------------------------


def translation(images, seed):
    """Return the images, each moved by whole pixels, up to an eighth of each side; gray enters."""
    count, height, width, channels = _sizes(images)
    highest, widest = height // TRANSLATION, width // TRANSLATION
    down, right = _whole_numbers(count, seed, (highest, widest))
    padded = tf.pad(images, ((0, 0), (highest, highest), (widest, widest), (0, 0)))
    rows = tf.range(height) + highest - down  # (N, H), of the padded picture
    columns = tf.range(width) + widest - right
    pixels = rows[:, :, tf.newaxis] * (width + 2 * widest) + columns[:, tf.newaxis, :]
    moved = tf.gather(tf.reshape(padded, (count, -1, channels)), pixels, batch_dims=1)
    return tf.ensure_shape(moved, images.shape)


def cutout(images, seed):
    """Return the images, each with a gray hole of half its side, its middle anywhere in it."""
    count, height, width, _ = _sizes(images)
    top, left = _whole_numbers(count, seed, (height // 2, width // 2))
    rows = _within(tf.range(height) - height // 2 - top, height // CUTOUT)
    columns = _within(tf.range(width) - width // 2 - left, width // CUTOUT)
    hole = rows[:, :, tf.newaxis, tf.newaxis] & columns[:, tf.newaxis, :, tf.newaxis]
    return tf.where(hole, tf.zeros((), images.dtype), images)


def _sizes(images):
    """Return (N, H, W, C); what is known beforehand as plain numbers."""
    return tf.shape(images)[0], *images.shape[1:]


def _whole_numbers(count, seed, limits):
    """Return one tensor (N, 1) for each limit, of whole numbers from -limit to limit."""
    drawn = tf.random.stateless_uniform((count, 2), seed)
    spans = tf.constant([2 * limit + 1 for limit in limits], tf.float32)
    # float32 draws end below 1, but 1 - 2**-24 times the span may round up to it
    whole = tf.minimum(tf.floor(drawn * spans), spans - 1.0)
    whole = tf.cast(whole, tf.int32) - tf.constant(limits)
    return whole[:, :1], whole[:, 1:]


def _within(offsets, size):
    """Return where offsets lie in a span of this size around 0."""
    return (offsets >= -(size // 2)) & (offsets < size - size // 2)


AUGMENTATIONS = {
    function.__name__: function
    for function in (brightness, saturation, contrast, translation, cutout)
}
