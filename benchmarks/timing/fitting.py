"""`GAN.fit` against the same step in a hand-written loop."""

import functools

import numpy as np

import gan_helpers as gh
from timing import hand_written, measuring

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)

STEPS = 50
SEED = 0
STEPS_A_CALL = gh.recipes.STEPS_PER_EXECUTION[28]


def build(steps_per_execution=1, **options):
    """Return a compiled GAN at its start: networks and settings of `quick_gan`."""
    keras.utils.set_random_seed(SEED)
    gan = gh.GAN(gh.networks.generator(), gh.networks.discriminator())
    settings = gh.recipes.settings() | {"steps_per_execution": steps_per_execution}
    gan.compile(**settings | options, seed=SEED)
    return gan


@functools.cache
def digits():
    """Return the training digits."""
    return gh.data.load("mnist")[0]


def batches():
    """Return the pipeline of the digits that never ends."""
    return gh.data.pipeline(digits(), gh.recipes.BATCH_SIZE, seed=SEED).repeat()


def section(quick):
    """Return the section on the cost of `fit`."""
    rows = []
    for steps_a_call in (1, STEPS_A_CALL):
        gan, peer = build(steps_a_call), build()
        loop = hand_written.loop(peer, batches(), STEPS, steps_a_call)
        pairs = 6 if quick else 25
        fitted, looped = measuring.fit_beside(gan, batches(), loop, STEPS, pairs)
        for clock in ("wall", "processor"):
            values = measuring.against_loop(getattr(fitted, clock), getattr(looped, clock))
            rows.append(
                f"{steps_a_call} | {clock} | {'<= 1.03' if clock == 'wall' else ''} | "
                + measuring.cells(values)
            )
        rate = STEPS / np.array(fitted.wall)
        rows.append(f"{steps_a_call} | steps a second of `fit` | | " + measuring.cells(rate, 1))
    heads = f"steps a call | seconds of `fit` / seconds of the loop | aim | {measuring.CELLS}"
    return (
        f"Batch {gh.recipes.BATCH_SIZE}, 28 px, the networks and settings of `quick_gan`; epochs "
        f"of {STEPS} steps in one `fit`, as many steps of the loop between any two.\n\n"
        + measuring.table(heads, rows)
    )
