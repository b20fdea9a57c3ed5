"""Batches from two sets of pictures that have nothing to do with each other."""

import tensorflow as tf

from gan_helpers import arguments
from gan_helpers.data import arrays, pipelines


def unpaired_pipeline(first, second, batch_size=8, seed=0, repeat=False):
    """Return a `tf.data.Dataset` of (a, b): each side shuffled for itself, float32 in [-1, 1].

    An epoch ends where the smaller side has no whole batch left; the larger one gets another part
    of its pictures in each epoch. As with `gh.data.pipeline`, both orders are pure functions of
    the seed and the number of the epoch, so that a run can be resumed.

    Args:
        first, second: uint8 (N, H, W, C) and (M, H, W, C), the pictures of domain a and of b.
        batch_size: pictures of each side in a batch, at most N and at most M.
        seed: whole number; the two sides are shuffled differently.
        repeat: hand out batches without end, as in `gh.data.pipeline`. Each side then goes through
            its own pictures again and again, and no epoch ends with the smaller one.

    Raises:
        ValueError: for other arrays, sides of different height and width, or a batch size out of
            range.
    """
    first = arrays.check_images(first, "first")
    second = arrays.check_images(second, "second")
    if first.shape[1:3] != second.shape[1:3]:
        raise ValueError(
            f"first has pictures of {first.shape[1:3]} pixels, second of {second.shape[1:3]}; "
            "bring both to one size."
        )
    seed = arguments.whole("seed", seed, least=None)
    sides = [
        pipelines.pipeline(side, batch_size, seed=2 * seed + number, repeat=repeat)
        for number, side in enumerate((first, second))
    ]
    dataset = tf.data.Dataset.zip(tuple(sides))
    place = "step" if repeat else "epoch"
    setattr(dataset, place, pipelines.Together(*(getattr(side, place) for side in sides)))
    return dataset
