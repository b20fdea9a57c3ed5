"""Parts of a data set, and whether two of them share a picture."""

import hashlib

import numpy as np

from gan_helpers import arguments
from gan_helpers.data import arrays


def few_labels(labels, per_class, seed=0):
    """Choose the same number of samples of each class at random, as if only these had a label.

    With one seed a smaller choice is part of a larger one: what 20 labels a class add to 10 is
    the other 10.

    Args:
        labels: whole numbers (N,) from 0 on.
        per_class: how many of each class.
        seed: whole number from 0 on.

    Returns:
        int64 (classes * per_class,), indices into the data set: first one of each class, then a
        second one of each class, and so on.

    Raises:
        ValueError: for labels that are not whole numbers from 0 on, a number below 1, or a class
            that has fewer samples.
    """
    labels = arrays.check_labels(labels, np.size(labels))
    per_class = arguments.whole("per_class", per_class)
    seed = arguments.whole("seed", seed, 0)
    classes, counts = np.unique(labels, return_counts=True)
    if counts.min() < per_class:
        scarce = classes[counts.argmin()]
        raise ValueError(
            f"class {scarce} has {counts.min()} samples; {per_class} of each class were asked for."
        )
    order = np.random.default_rng(seed).permutation(len(labels))
    chosen = [order[labels[order] == label][:per_class] for label in classes]
    return np.stack(chosen, axis=1).ravel()


def overlap(pictures, others):
    """Find the pictures that occur among others, equal in each pixel.

    Ask it of a test set and of everything that training has seen, a GAN's training included.
    A picture that was moved, turned or compressed again is not equal; for such copies look at
    the nearest neighbors, in features (`gh.evaluation.memorization`).

    Args:
        pictures: uint8 (N, H, W, C), such as the test set.
        others: uint8 (M, H, W, C), such as the training set of the GAN.

    Returns:
        int64 array of the indices into `pictures` that were found, rising.

    Raises:
        ValueError: for other arrays, or pictures of two sizes, which cannot be compared.
    """
    pictures = arrays.check_images(pictures, "pictures")
    others = arrays.check_images(others, "others")
    if pictures.shape[1:] != others.shape[1:]:
        raise ValueError(
            f"pictures are {pictures.shape[1:]} and others are {others.shape[1:]}; give both one "
            "shape."
        )
    known = set(map(_fingerprint, others))
    return np.flatnonzero([_fingerprint(picture) in known for picture in pictures])


def _fingerprint(picture):
    return hashlib.sha256(np.ascontiguousarray(picture)).digest()
