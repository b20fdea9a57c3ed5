"""Stacked digits: three digits in the colors of one picture make a thousand classes.

Metz et al. 2017, "Unrolled Generative Adversarial Networks", count on them how many modes a GAN
has lost: every class is a mode, and a classifier of single digits can tell which one it is.
"""

import numpy as np

from gan_helpers import arguments
from gan_helpers.data import arrays

CLASSES = 1000
# The published protocol scores 26,000 pictures; as many real ones make the row to compare with.
COUNTS = {"train": 60_000, "test": 26_000}


def stack_digits(images, labels, count, seed=0):
    """Stack three digits, each drawn at random with replacement, as red, green and blue.

    Args:
        images: uint8 (N, H, W, 1), for example MNIST's digits.
        labels: whole numbers (N,), 0 to 9.
        count: how many pictures to make, at least 1.
        seed: whole number from 0 on; the same one gives the same pictures.

    Returns:
        images: uint8 (count, H, W, 3). labels: int64 (count,), 0 to 999: the digit in the first
        channel counts hundreds, the second tens, the third ones.

    Raises:
        ValueError: for pictures or labels of another shape, or a count or seed out of range.
    """
    images = arrays.check_images(images)
    labels = np.asarray(labels)
    if images.shape[-1] != 1:
        raise ValueError(f"images have {images.shape[-1]} channels; expected gray pictures, 1.")
    if labels.shape != (len(images),):
        raise ValueError(
            f"labels has the shape {labels.shape}; expected one label a picture, ({len(images)},)."
        )
    if not np.issubdtype(labels.dtype, np.integer) or labels.min() < 0 or labels.max() > 9:
        raise ValueError("labels must be the digits, whole numbers from 0 to 9.")
    count = arguments.whole("count", count)
    seed = arguments.whole("seed", seed, 0)
    chosen = np.random.default_rng(seed).integers(len(images), size=(count, 3))
    stacked = np.concatenate([images[column] for column in chosen.T], axis=-1)
    return stacked, labels[chosen].astype(np.int64) @ [100, 10, 1]
