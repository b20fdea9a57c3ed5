"""Tuned settings under a name."""

import math
import warnings

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import arguments, data, gan, networks, plans, training
from gan_helpers import callbacks as gan_callbacks
from gan_helpers.data import plane

BATCH_SIZE = 32
GPU_BATCH_SIZE = 128  # a GPU is idle with fewer; not measured
STEPS_PER_EPOCH = 100
# A call can only be stopped at its end: the longer a step, the fewer in a call.
STEPS_PER_EXECUTION = {28: 10, 32: 10, 40: 6, 48: 4, 56: 3, 64: 2, 80: 1, 96: 1, 112: 1, 128: 1}
# From this side on: learning rate, strongest and weakest penalty. Those of 64 follow what was
# better at 32; at 64 one run of 800 steps was tried (benchmarks/NOTES.md), at other sides none.
TUNED = {28: (3e-3, 3.0, 0.3), 32: (5e-4, 3.0, 3.0), 64: (5e-4, 10.0, 10.0)}
FALL = 6_000  # the step from which on the rate falls; measured at 28 pixels

PLANE_BATCH_SIZE = 128
PLANE_POINTS = 100_000
PLANE_STEPS = 14_000

suggest = plans.suggest  # settings for a folder of your own


def settings(side=28):
    """Return the arguments of `GAN.compile` that `quick_gan` uses, with fresh optimizers.

    Args:
        side: of the pictures, in pixels. From 32 on the rate and the penalty are others: with those
            for 28 pixels, color pictures of 32 stayed gray and a generator of 64 died within 800
            steps (benchmarks/NOTES.md).

    The relativistic loss with R1 and R2 is that of R3GAN (Huang et al. 2024), which also lets the
    penalty fall: a strong one holds the untrained networks together, a weak one lets details
    grow. The penalties are lazy and the learning rate is high, because the networks are small
    and time is short. At such a rate a generator easily runs into all-black pictures, where tanh
    is flat, and stays there. Three things keep it out: the rate rises over the first steps; Adam
    forgets fast (beta_2 of 0.9), so that no step is more than about three times as long as the
    rate; and its epsilon is tiny, so that the faint gradients of `networks.Tanh` at its ends lead
    back. From `FALL` steps on the rate falls with the inverse of their number, which brings long
    runs nearer to the data. The average grows with the run, to a thousand steps.
    """
    schedules = keras.optimizers.schedules
    fastest, strongest, weakest = TUNED[max(known for known in TUNED if known <= side)]
    gamma = schedules.PolynomialDecay(strongest, 400, end_learning_rate=weakest, power=3.0)
    rising = schedules.PolynomialDecay(fastest / 100, 300, end_learning_rate=fastest)
    rate = training.LateDecay(rising, FALL)
    return {
        "loss": "relativistic",
        "r1": gamma,
        "r2": gamma,
        "penalty_every": 4,
        "generator_optimizer": _optimizer(rate),
        "discriminator_optimizer": _optimizer(rate),
        "ema": 0.999,
        "steps_per_execution": STEPS_PER_EXECUTION.get(side, 1),
    }


def _optimizer(rate):
    return keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.9, epsilon=1e-15)


def quick_gan(
    images,
    seconds=60,
    seed=0,
    steps=None,
    callbacks=(),
    verbose=0,
    augment=(),
    labels=None,
    batch_size=None,
):
    """Train a GAN on pictures for a number of seconds, with settings that suit most.

    The settings are measured on two processor cores. Where TensorFlow finds a GPU, batches are
    larger; that was not measured.

    Args:
        images: uint8 (N, H, W, C) with H = W one of 28, 32, 40, 48, 56, 64, 80, 96, 112, 128 and
            C = 1 or 3; or a folder of them, from `gh.data.folder`.
        seconds: training time, building the graph included.
        seed: of weights, data order and latent vectors.
        steps: train this many steps instead, however long it takes: the same seed then gives the
            same weights on the same machine.
        callbacks: further Keras callbacks. With `gh.callbacks.backup` a run that was broken off
            goes on, up to the same number of steps; seconds count anew.
        verbose: as in `fit`.
        augment: as in `GAN.compile`, for few pictures: ("translation",), say. On 500 digits it
            costs in the first 3,000 steps and wins after them (benchmarks/FEW_IMAGES.md).
        labels: whole numbers (N,), the classes 0, 1, 2, ... of the pictures; the GAN is then
            conditional: `generate(condition=labels)` draws pictures of these classes.
        batch_size: pictures a step; None takes 32, or 128 with a GPU, or all where there are fewer.

    For a folder of your own, `gh.recipes.suggest` chooses size, augmentation and time. One picture
    is enough to run, but then there is nothing to learn but that picture: a warning says so.

    Returns:
        A trained `gh.GAN`; its `history` attribute holds the curves, one entry for each
        `STEPS_PER_EPOCH` steps.

    Raises:
        ValueError: for pictures of another shape or type, a time that is not above 0, a number of
            steps below 1, a seed that is no whole number from 0 to 2**31 - 1, an unknown
            augmentation, labels that do not fit, or a batch size out of range.
    """
    images = data.check_images(images.images if isinstance(images, data.Folder) else images)
    callbacks = [callbacks] if isinstance(callbacks, keras.callbacks.Callback) else callbacks
    seed = arguments.whole("seed", seed, 0, 2**31 - 1)
    limit = gan_callbacks.StopAfter(seconds if steps is None else None, steps)
    classes = None if labels is None else _number_of_classes(labels, images)
    if batch_size is None:
        batch_size = min(default_batch_size(), len(images))
    dataset = data.pipeline(images, batch_size, seed, labels, repeat=True)
    if all(np.array_equal(images[0], picture) for picture in images):  # ends at the first other
        warnings.warn(
            "all pictures are the same one: a GAN can only learn to copy it.", stacklevel=2
        )
    keras.utils.set_random_seed(seed)
    shape = images.shape[1:]
    level = float(np.clip(images.mean() / 127.5 - 1.0, -0.9, 0.9))
    model = gan.GAN(
        networks.generator(shape, level=level, classes=classes),
        networks.discriminator(shape, classes=classes),
    )
    calls = STEPS_PER_EXECUTION[shape[0]]
    if steps is not None:  # or the last call would run past the last step
        calls = math.gcd(calls, steps)
    model.compile(**settings(shape[0]) | {"steps_per_execution": calls}, seed=seed, augment=augment)
    model.fit(
        dataset,
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=1_000_000,  # the limit ends it
        callbacks=[limit, *callbacks],
        verbose=verbose,
    )
    return model


def default_batch_size():
    """Return the pictures that `quick_gan` takes at a step on this machine."""
    return GPU_BATCH_SIZE if tf.config.list_physical_devices("GPU") else BATCH_SIZE


def _number_of_classes(labels, images):
    counts = np.bincount(data.check_labels(labels, len(images)))
    if len(counts) < 2:
        raise ValueError("labels are all 0; a conditional GAN needs two classes or more.")
    if not counts.all():
        raise ValueError(
            f"labels go up to {len(counts) - 1}, but no picture has the label {counts.argmin()}; "
            "the GAN would draw noise for it. Number the classes 0, 1, 2, ...: np.unique(labels, "
            "return_inverse=True)[1] does so."
        )
    return len(counts)


# --- Points in the plane -----------------------------------------------------------------------


def plane_settings(steps=PLANE_STEPS):
    """Return the arguments of `GAN.compile` that `quick_plane` uses for a run of so many steps.

    The penalty starts strong, so that the discriminator is smooth, every mode is felt from afar
    and none is lost; it falls to a fiftieth, so that the discriminator gets steep between the
    modes and drives the last points out. The rate falls to nearly nothing: the players come to
    rest. Unlike for pictures the penalties are not lazy, which loses modes here.
    """
    schedules = keras.optimizers.schedules
    gamma = schedules.ExponentialDecay(0.5, steps, decay_rate=1 / 50)
    rate = schedules.PolynomialDecay(2e-3, steps, end_learning_rate=2e-5)
    return {
        "loss": "relativistic",
        "r1": gamma,
        "r2": gamma,
        "generator_optimizer": keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99),
        "discriminator_optimizer": keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99),
        "ema": 0.995,
        "steps_per_execution": math.gcd(50, steps),
    }


def quick_plane(mixture, steps=PLANE_STEPS, seed=0, callbacks=()):
    """Train a GAN on points of a mixture, made for many small modes such as `gh.data.grid()`.

    A deep generator without leaks folds the latent plane sharply; a discriminator that sees
    random waves instead of coordinates tells small modes apart.

    Args:
        mixture: a `gh.data.Mixture`.
        steps: training steps of 128 points each; the settings stretch with them.
        seed: of weights, data order and latent vectors.
        callbacks: further Keras callbacks; an epoch has 1,000 steps or fewer.

    Returns:
        A trained `gh.GAN` of points.

    Raises:
        ValueError: for no mixture, a number of steps below 1, or a seed out of range.
    """
    if not isinstance(mixture, plane.Mixture):
        raise ValueError(
            f"mixture is a {type(mixture).__name__}; expected a Mixture such as gh.data.grid()."
        )
    steps = arguments.whole("steps", steps)
    seed = arguments.whole("seed", seed, 0, 2**31 - 1)
    keras.utils.set_random_seed(seed)
    model = gan.GAN(
        networks.plane_generator(depth=4, slope=0.0),
        networks.plane_discriminator(fourier=64, fourier_scale=0.3),
    )
    model.compile(**plane_settings(steps), seed=seed)
    points, _ = mixture.sample(PLANE_POINTS, seed=0)
    steps_per_epoch = math.gcd(1_000, steps)
    model.fit(
        data.pipeline(points, PLANE_BATCH_SIZE, seed, repeat=True),
        steps_per_epoch=steps_per_epoch,
        epochs=steps // steps_per_epoch,
        callbacks=list(callbacks),
        verbose=0,
    )
    return model
