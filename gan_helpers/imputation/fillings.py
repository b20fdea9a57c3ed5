"""Fillings that need no GAN: the honest neighbors of everything that is learned."""

import numpy as np
import scipy.sparse
import scipy.sparse.linalg

from gan_helpers.data import arrays
from gan_helpers.imputation import masked

PICTURES_AT_ONCE = 256  # for memory's sake: each has a distance to every training picture


def fill_mean(images, known, training):
    """Fill each missing pixel with its mean over the training pictures.

    It looks at nothing that is known, and no other *fixed* picture has a smaller root mean square
    error.

    Args:
        images: uint8 (N, H, W, C); what stands in the holes does not matter.
        known: masks (N, H, W, 1), 1 = known, 0 = missing.
        training: uint8 (M, H, W, C), whole pictures.

    Returns:
        uint8 (N, H, W, C), the known pixels bit for bit.

    Raises:
        ValueError: for arrays of other types or shapes.
    """
    images, known, training = _checked(images, known, training)
    mean = np.rint(training.mean(axis=0)).astype(np.uint8)
    return masked.merge(images, np.broadcast_to(mean, images.shape), known)


def fill_nearest(images, known, training):
    """Fill the hole from the training picture that is nearest on the known pixels.

    Nearest is the one with the least sum of m (t - x)^2. The filling comes from a real picture,
    so each part is sharp, but the parts need not fit together.

    Args, Returns, Raises: as for `fill_mean`.
    """
    images, known, training = _checked(images, known, training)
    # Around the middle gray and at most 1 in size, float32 keeps the digits that count.
    candidates = _rows(arrays.scale(training))
    nearest = np.concatenate(
        [
            _nearest(arrays.scale(images[some]), known[some], candidates)
            for some in _slices(len(images), PICTURES_AT_ONCE)
        ]
    )
    return masked.merge(images, training[nearest], known)


def _nearest(pictures, known, candidates):
    """Return for each picture the number of the candidate with the least error where known."""
    weights = _rows(np.broadcast_to(known, pictures.shape).astype(np.float32))
    pictures = _rows(pictures)
    # m (t - x)^2 = m t^2 - 2 m t x + m x^2, and the last part is the same for all candidates.
    errors = weights @ (candidates**2).T - 2 * (weights * pictures) @ candidates.T
    return errors.argmin(axis=1)


def fill_smooth(images, known):
    """Fill the hole as smoothly as its edge allows: each missing pixel is its neighbors' mean.

    Solves Laplace's equation in the hole with the known pixels as its edge; the picture's own
    edge counts as a mirror. Between two known pixels in a row this is a straight line, and the
    picture in the hole is that of a skin of soap.

    Args:
        images: uint8 (N, H, W, C); what stands in the holes does not matter.
        known: masks (N, H, W, 1), 1 = known, 0 = missing.

    Returns:
        uint8 (N, H, W, C), the known pixels bit for bit.

    Raises:
        ValueError: for arrays of other types or shapes.
    """
    images, known = masked.check_images_and_masks(images, known)
    laplace = _laplace_matrix(*images.shape[1:3])
    filled = images.copy()
    for picture, mask in zip(filled, known, strict=True):
        missing = np.flatnonzero(mask == 0)
        if not len(missing):
            continue
        values = picture.reshape(mask.size, -1)  # (pixels, channels), a view
        present = np.flatnonzero(mask)
        rows = laplace[missing]
        edge = rows[:, present] @ values[present].astype(np.float64)
        inside = scipy.sparse.linalg.spsolve(rows[:, missing].tocsc(), -edge)
        inside = np.reshape(inside, (len(missing), -1))
        values[missing] = np.clip(np.rint(inside), 0, 255)
    return filled


def _laplace_matrix(height, width):
    """Return the sparse matrix that takes from each pixel's neighbors the pixel itself."""
    numbers = np.arange(height * width).reshape(height, width)
    pairs = np.concatenate(
        [
            np.stack([numbers[:, :-1].ravel(), numbers[:, 1:].ravel()]),
            np.stack([numbers[:-1].ravel(), numbers[1:].ravel()]),
        ],
        axis=1,
    )
    size = height * width
    beside = scipy.sparse.coo_matrix((np.ones(pairs.shape[1]), pairs), shape=(size, size))
    beside = (beside + beside.T).tocsr()
    return (beside - scipy.sparse.diags(beside.sum(axis=1).A1)).tocsr()


def _checked(images, known, training):
    images, known = masked.check_images_and_masks(images, known)
    training = arrays.check_images(training, "training")
    if training.shape[1:] != images.shape[1:]:
        raise ValueError(
            f"training is {training.shape[1:]} and images are {images.shape[1:]}; give both one "
            "shape."
        )
    return images, known, training


def _rows(pictures):
    return pictures.reshape(len(pictures), -1)


def _slices(count, size):
    return [slice(start, start + size) for start in range(0, count, size)]
