"""The training pictures that a sample is nearest to, pixel by pixel."""

import numpy as np
import sklearn.neighbors

from gan_helpers import arguments
from gan_helpers.data import arrays


def nearest_neighbors(pictures, training, count=1):
    """Find for each picture the training pictures that differ least, pixel by pixel.

    The distance is the root mean square difference in gray levels, from 0 (the same picture) to
    255. A GAN that draws copies of its training data has distances near 0; compare them with
    those of held-out real pictures before you say so.

    Args:
        pictures: uint8 (N, H, W, C).
        training: uint8 (M, H, W, C), the pictures the GAN was trained on.
        count: neighbors a picture, K, at most M.

    Returns:
        indices: int64 (N, K) into `training`, nearest first. distances: float64 (N, K).

    Raises:
        ValueError: for other shapes or types, or a count out of range.
    """
    pictures = arrays.check_images(pictures, "pictures")
    training = arrays.check_images(training, "training")
    if pictures.shape[1:] != training.shape[1:]:
        raise ValueError(
            f"pictures are {pictures.shape[1:]} and training is {training.shape[1:]}; "
            "give both one shape."
        )
    count = arguments.whole("count", count, 1, len(training))
    search = sklearn.neighbors.NearestNeighbors(n_neighbors=count, algorithm="brute")
    search.fit(training.reshape(len(training), -1).astype(np.float32))
    indices = search.kneighbors(
        pictures.reshape(len(pictures), -1).astype(np.float32), return_distance=False
    )
    # The search rounds to float32; the distances that people read and compare are exact.
    distances = [_distance(pictures, training[column]) for column in indices.T]
    return indices, np.stack(distances, axis=1)


def _distance(pictures, others):
    """Return the root mean square difference of each pair of pictures, float64 (N,)."""
    differences = pictures.astype(np.float64) - others
    return np.sqrt(np.mean(differences**2, axis=(1, 2, 3)))
