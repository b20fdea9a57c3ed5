"""What all ways to fill a hole share: the error on what is known, and keeping what is known."""

import numpy as np
import tensorflow as tf

from gan_helpers.data import arrays, masks


def masked_error(drawn, pictures, known):
    """Return the mean squared difference over the known pixels of each picture, float32 (N,).

        sum of m (d - x)^2 / sum of m

    with the mask m of 1 = known and 0 = missing. What is drawn inside the hole has no part in it,
    and a picture with a large hole counts as much as one with a small hole.

    Args:
        drawn, pictures: float tensors (N, H, W, C).
        known: float tensor of masks (N, H, W, 1), 1 = known, 0 = missing.
    """
    axes = (1, 2, 3)
    drawn = tf.cast(drawn, pictures.dtype)
    known = known * tf.ones_like(pictures)  # one value for each channel
    return tf.reduce_sum(known * tf.square(drawn - pictures), axes) / tf.reduce_sum(known, axes)


def merge(images, drawn, known):
    """Return the pictures with what is drawn in their holes, and nowhere else.

    Args:
        images: uint8 (N, H, W, C); what they hold inside the holes has no part in the result.
        drawn: uint8 (N, H, W, C), whole pictures.
        known: masks (N, H, W, 1), 1 = known, 0 = missing.

    Returns:
        uint8 (N, H, W, C), the known pixels as in `images`, bit for bit.

    Raises:
        ValueError: for arrays of other types or shapes.
    """
    images, known = check_images_and_masks(images, known)
    drawn = arrays.check_images(drawn, "drawn")
    if drawn.shape != images.shape:
        raise ValueError(
            f"drawn has the shape {drawn.shape} and images {images.shape}; give one drawing a "
            "picture."
        )
    return np.where(known == 1, images, drawn)


def hole_error(completed, images, known):
    """Return the root mean square error inside the holes, in gray levels from 0 to 255.

        sqrt(sum of (1 - m) (c - x)^2 / sum of (1 - m))

    over all missing pixels of all pictures together. It is least for the *mean* of all that could
    stand there, which itself may look like nothing that could: read it beside a score of the
    completed pictures.

    Args:
        completed: uint8 or float (N, H, W, C), gray levels.
        images: uint8 (N, H, W, C), the true pictures.
        known: masks (N, H, W, 1), 1 = known, 0 = missing.

    Raises:
        ValueError: for arrays of other shapes, or masks without a hole.
    """
    images, known = check_images_and_masks(images, known)
    completed = np.asarray(completed)
    if completed.shape != images.shape:
        raise ValueError(f"completed has the shape {completed.shape}; expected {images.shape}.")
    missing = np.broadcast_to(known == 0, images.shape)
    if not missing.any():
        raise ValueError("no pixel is missing; there is no error inside a hole.")
    gaps = completed[missing].astype(np.float64) - images[missing]
    return float(np.sqrt(np.mean(gaps**2)))


def check_images_and_masks(images, known):
    """Return uint8 pictures (N, H, W, C) and their masks (N, H, W, 1), or raise a ValueError."""
    images = arrays.check_images(images)
    return images, masks.check_masks(known, images)
