"""From an array of pictures or points to shuffled batches that a run can resume."""

import numpy as np
import tensorflow as tf

from gan_helpers import arguments
from gan_helpers.data import arrays


def pipeline(images, batch_size=64, seed=0, labels=None, repeat=False):
    """Return a `tf.data.Dataset` of shuffled, whole batches, float32; pictures in [-1, 1].

    Each pass over the dataset is one epoch in a new order; the samples that do not fill a last
    batch are left out of that epoch. The order is a pure function of `seed` and the number of the
    epoch, so a run that is interrupted can go on with the very batches that it would have seen:
    `dataset.epoch` is the number (int64 variable) of the next epoch that is handed out, and
    `gh.GAN.fit` sets it when it resumes.

    Args:
        images: uint8 (N, H, W, C), pictures; or floats (N, D), points, which pass unscaled.
        batch_size: samples a batch, at most N.
        seed: whole number.
        labels: whole numbers (N,) from 0 on; the dataset then yields (images, labels), as a
            conditional `gh.GAN` takes them, labels int32.
        repeat: hand out one epoch after the other without end, for a `fit` that counts steps
            (`steps_per_epoch`). In place of `epoch` the dataset then has `step`: the number of
            batches that came before the first one that it hands out. (A plain `.repeat()` gives
            the same batches, but cannot be told where to go on.)

    Raises:
        ValueError: for other arrays, points with NaN or infinity, a batch size out of range, or
            labels that are not one whole number a sample.
    """
    images = _checked_samples(images)
    if labels is None:
        return batches(images, batch_size, seed, repeat)
    labels = arrays.check_labels(labels, len(images))
    dataset = batches((images, labels.astype(np.int32)), batch_size, seed, repeat)
    dataset.highest_label = int(labels.max())  # for a clear error where a GAN knows fewer
    return dataset


def pair_pipeline(sources, targets, batch_size=16, seed=0, flip=False, repeat=False):
    """Return a `tf.data.Dataset` of (sources, targets), float32 in [-1, 1], for a translator.

    All that `pipeline` promises holds here: whole batches, and an order that can be resumed.

    Args:
        sources, targets: uint8 (N, H, W, C), the same number of each, in the same order.
        batch_size: pairs a batch, at most as many as there are.
        seed: whole number.
        flip: give each pair a second time, both pictures mirrored left to right. An epoch is then
            twice as long.
        repeat: hand out one epoch after the other without end, as in `pipeline`.

    Raises:
        ValueError: for other arrays, unequal numbers, or a batch size or seed out of range.
    """
    sources = arrays.check_images(sources, "sources")
    targets = arrays.check_images(targets, "targets")
    if len(sources) != len(targets):
        raise ValueError(
            f"there are {len(sources)} sources and {len(targets)} targets; each source needs one."
        )
    if flip:
        sources, targets = (
            np.concatenate([pictures, pictures[:, :, ::-1]]) for pictures in (sources, targets)
        )
    return batches((sources, targets), batch_size, seed, repeat)


def batches(samples, batch_size, seed, repeat=False):
    """Return the dataset of `pipeline` for checked arrays: one, or a tuple of equally long ones.

    uint8 arrays are pictures and come out as float32 in [-1, 1], others as they are.

    Raises:
        ValueError: for a batch size or a seed out of range.
    """
    count = len(tf.nest.flatten(samples)[0])
    if not arguments.is_whole(batch_size, 1, count):
        raise ValueError(
            f"batch_size is {batch_size!r}; it must be a whole number from 1 to the number of "
            f"samples, {count}."
        )
    batch_size, seed = int(batch_size), arguments.whole("seed", seed, least=None)
    steps = count // batch_size
    with tf.device("CPU"):
        samples = tf.nest.map_structure(tf.constant, samples)
        place = tf.Variable(0, dtype=tf.int64, trainable=False, name="step" if repeat else "epoch")

    def order(epoch):
        """The sample numbers of one epoch, a row for each batch."""
        shuffled = tf.random.experimental.stateless_shuffle(
            tf.range(count), seed=tf.stack([tf.cast(seed, tf.int64), epoch])
        )
        return tf.data.Dataset.from_tensor_slices(
            tf.reshape(shuffled[: steps * batch_size], [steps, batch_size])
        )

    def next_epoch(_):
        return order(place.assign_add(1) - 1)

    def all_from_here(_):
        epochs = tf.data.Dataset.counter(place // steps)
        return epochs.flat_map(order).skip(place % steps)

    def fetch(numbers):
        return tf.nest.map_structure(lambda array: _scaled(tf.gather(array, numbers)), samples)

    # What `flat_map` calls reads the place anew whenever an iterator starts.
    start = tf.data.Dataset.from_tensors(0)
    dataset = start.flat_map(all_from_here if repeat else next_epoch).map(fetch)
    length = tf.data.INFINITE_CARDINALITY if repeat else steps
    dataset = dataset.apply(tf.data.experimental.assert_cardinality(length))
    options = tf.data.Options()
    # With several devices, split each batch, never the list of files (there is none).
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    dataset = dataset.prefetch(2).with_options(options)
    setattr(dataset, "step" if repeat else "epoch", place)
    return dataset


class Together:
    """The variables of several datasets that stand at the same place, set like one."""

    def __init__(self, *variables):
        self.variables = variables

    def assign(self, number):
        """Let all go on from this place."""
        for variable in self.variables:
            variable.assign(number)

    def numpy(self):
        """Return the place, as a `tf.Variable` does."""
        return self.variables[0].numpy()


def _scaled(batch):
    return tf.cast(batch, tf.float32) / 127.5 - 1.0 if batch.dtype == tf.uint8 else batch


def _checked_samples(samples):
    """Return pictures as uint8 (N, H, W, C), points as float32 (N, D)."""
    samples = np.asarray(samples)
    if samples.ndim != 2 or not np.issubdtype(samples.dtype, np.floating):
        return arrays.check_images(samples)
    if 0 in samples.shape:
        raise ValueError(f"the points are empty: their shape is {samples.shape}.")
    if not np.isfinite(samples).all():
        raise ValueError("the points hold NaN or infinity.")
    return samples.astype(np.float32)
