"""Tuned settings under a name."""

import math

import keras
import numpy as np

from gan_helpers import callbacks as gan_callbacks
from gan_helpers import data, gan, networks

BATCH_SIZE = 32
STEPS_PER_EXECUTION = 10
STEPS_PER_EPOCH = 100


def settings():
    """Return the arguments of `GAN.compile` that `quick_gan` uses, with fresh optimizers.

    The relativistic loss with R1 and R2 is that of R3GAN (Huang et al. 2024), which also lets the
    penalty fall: a strong one holds the untrained networks together, a weak one lets details
    grow. The penalties are lazy and the learning rate is high, because the networks are small
    and time is short. The rate rises over the first steps: at full rate from the start, the
    generator runs into all-black pictures, where tanh is flat, and stays there for long.
    """
    schedules = keras.optimizers.schedules
    gamma = schedules.PolynomialDecay(3.0, 400, end_learning_rate=0.3, power=3.0)
    rate = schedules.PolynomialDecay(3e-5, 300, end_learning_rate=3e-3)
    return {
        "loss": "relativistic",
        "r1": gamma,
        "r2": gamma,
        "penalty_every": 4,
        "generator_optimizer": keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99),
        "discriminator_optimizer": keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99),
        "ema": 0.99,
        "steps_per_execution": STEPS_PER_EXECUTION,
    }


def quick_gan(images, seconds=60, seed=0, steps=None, callbacks=(), verbose=0):
    """Train a GAN on pictures for a number of seconds, with settings that suit most.

    Args:
        images: uint8 (N, H, W, C) with H = W one of 28, 32, 64, 128 and C = 1 or 3.
        seconds: training time, building the graph included.
        seed: of weights, data order and latent vectors.
        steps: train this many steps instead, however long it takes: the same seed then gives the
            same weights on the same machine.
        callbacks: further Keras callbacks.
        verbose: as in `fit`.

    Returns:
        A trained `gh.GAN`; its `history` attribute holds the curves, one entry for each
        `STEPS_PER_EPOCH` steps.

    Raises:
        ValueError: for pictures of another shape or type, a time that is not above 0, a number of
            steps below 1, or a seed that is no whole number from 0 to 2**31 - 1.
    """
    images = data.check_images(images)
    if not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise ValueError(f"seed is {seed!r}; it must be a whole number from 0 to 2**31 - 1.")
    limit = gan_callbacks.StopAfter(seconds if steps is None else None, steps)
    keras.utils.set_random_seed(seed)
    shape = images.shape[1:]
    level = float(np.clip(images.mean() / 127.5 - 1.0, -0.9, 0.9))
    model = gan.GAN(networks.generator(shape, level=level), networks.discriminator(shape))
    options = settings()
    if steps is not None:  # calls of ten steps each would run past the last one
        options["steps_per_execution"] = math.gcd(STEPS_PER_EXECUTION, steps)
    model.compile(**options, seed=seed)
    dataset = data.pipeline(images, min(BATCH_SIZE, len(images)), seed).repeat()
    model.fit(
        dataset,
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=1_000_000,  # the limit ends it
        callbacks=[limit, *callbacks],
        verbose=verbose,
    )
    return model
