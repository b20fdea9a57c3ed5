"""What can be read off a batch, a pair of batches, or a step of the weights."""

import math

import numpy as np

MOST_SAMPLES = 64  # of a batch; enough for each of these numbers, and quick


def as_pictures(samples):
    """Return samples as pictures (N, H, W, C), or None when they are no pictures.

    Flattened pictures, as dense networks take them, are recognized when their length is a square
    number of at least 8 x 8 pixels, with one or three channels.
    """
    if samples.ndim == 4:
        return samples
    if samples.ndim == 3:
        return samples[..., np.newaxis]
    if samples.ndim == 2:
        for channels in (1, 3):
            side = math.isqrt(samples.shape[1] // channels)
            if side >= 8 and side * side * channels == samples.shape[1]:
                return samples.reshape(-1, side, side, channels)
    return None


def neighbor_correlation(samples):
    """Return the correlation of each pixel with its right and its lower neighbor, -1 to 1.

    Pictures are smooth, so it is high; for noise it is about 0. NaN for what is no picture, or
    has one value throughout.
    """
    pictures = as_pictures(samples)
    if pictures is None:
        return math.nan
    values = pictures - pictures.mean()
    variance = float(np.mean(values**2))
    if not variance > 0:  # NaN is not above zero either
        return math.nan
    right = float(np.mean(values[:, :, 1:] * values[:, :, :-1]))
    lower = float(np.mean(values[:, 1:] * values[:, :-1]))
    return (right + lower) / 2 / variance


def diversity(samples):
    """Return how much the samples differ: the deviation of a value over the batch, from 0 on."""
    if len(samples) < 2:
        return math.nan
    return float(np.sqrt(np.mean(np.var(samples, axis=0, ddof=1))))


def nearest_distance(samples):
    """Return the median root mean square distance of a sample to its nearest other one."""
    if len(samples) < 2:
        return math.nan
    flat = samples.reshape(len(samples), -1).astype(np.float64)
    squares = np.sum(flat**2, axis=1)
    distances = squares[:, None] + squares[None] - 2 * flat @ flat.T
    np.fill_diagonal(distances, np.inf)
    nearest = np.maximum(distances.min(axis=1), 0.0) / flat.shape[1]
    return float(np.median(np.sqrt(nearest)))


def batch(samples, name):
    """Return {name_min: ..., name_max: ..., ...}: what a batch of samples is like."""
    samples = np.asarray(samples, np.float32)[:MOST_SAMPLES]
    return {
        f"{name}_min": float(samples.min()),
        f"{name}_max": float(samples.max()),
        f"{name}_mean": float(samples.mean()),
        f"{name}_std": float(samples.std()),
        f"{name}_correlation": neighbor_correlation(samples),
        f"{name}_diversity": diversity(samples),
        f"{name}_nearest": nearest_distance(samples),
    }


def ranking(real_outputs, fake_outputs):
    """Return how often a real sample is rated above a fake one, from 0 to 1; a tie counts half.

    One half means that the discriminator cannot tell them apart. The number is the same for
    logits and for probabilities (the area under the ROC curve).
    """
    differences = np.subtract.outer(real_outputs, fake_outputs)
    if not np.isfinite(differences).all():
        return math.nan
    return float(np.mean(differences > 0) + np.mean(differences == 0) / 2)


def cosine(first, second):
    """Return the cosine between two lists of arrays, read as two long vectors; NaN if one is 0."""
    product = sum(float(np.vdot(a, b)) for a, b in zip(first, second, strict=True))
    lengths = norm(first) * norm(second)
    return product / lengths if lengths > 0 and math.isfinite(lengths) else math.nan


def norm(arrays):
    """Return the length of a list of arrays, read as one long vector."""
    return math.sqrt(sum(float(np.vdot(a, a)) for a in arrays))
