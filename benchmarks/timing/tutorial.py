"""The architecture of TensorFlow's DCGAN tutorial: pictures a second of `GAN.fit` and of its loop.

The networks and the tutorial's kind of loop, one `tf.function` with two tapes, are those of
benchmarks/peers/tensorflow_dcgan.py. Ours trains the very same networks by the same loss and
optimizers, but lets the players move one after the other, and keeps an average of the generator.
"""

import numpy as np
from peers import tensorflow_dcgan

import gan_helpers as gh
from timing import fitting, measuring

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)

SEED = 0
BATCH_SIZE = tensorflow_dcgan.Peer.batch_size


def peer_of(precision, images):
    """Return the peer, its networks built in that precision."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        return tensorflow_dcgan.Peer(images, np.zeros(len(images)), SEED)
    finally:
        keras.config.set_dtype_policy(before)


def ours(precision, images):
    """Return a compiled `gh.GAN` of the tutorial's networks."""
    peer = peer_of(precision, images)
    gan = gh.GAN(peer.generator, peer.discriminator)
    gan.compile(
        loss="non_saturating",
        generator_optimizer=keras.optimizers.Adam(1e-4),
        discriminator_optimizer=keras.optimizers.Adam(1e-4),
        seed=SEED,
    )
    return gan


def section(quick):
    """Return the section on the tutorial's architecture."""
    images = fitting.digits()
    steps, pairs = (1, 4) if quick else (2, 8)
    precisions = ["float32"]
    if gh.runtime.bfloat16_instructions():
        precisions.append("mixed_bfloat16")
    rows = []
    for precision in precisions:
        tutorial = peer_of("float32", images)
        fitted, looped = measuring.fit_beside(
            ours(precision, images),
            gh.data.pipeline(images, BATCH_SIZE, seed=SEED).repeat(),
            lambda tutorial=tutorial: tutorial.train(steps),
            steps,
            pairs,
        )
        count = steps * BATCH_SIZE
        aim = ">= 1.00" if precision == "float32" else "> 1.00"
        rows += [
            f"pictures a second, `GAN.fit` {precision} / tutorial's loop float32 | {aim} | "
            + measuring.cells(measuring.ratios(looped.wall, fitted.wall)),
            "the same by processor time | | "
            + measuring.cells(measuring.ratios(looped.processor, fitted.processor)),
            f"pictures a second of `GAN.fit`, {precision} | | "
            + measuring.cells(count / np.array(fitted.wall), 0),
            "pictures a second of the tutorial's loop meanwhile | | "
            + measuring.cells(count / np.array(looped.wall), 0),
        ]
    return f"Batch {BATCH_SIZE}, epochs of {steps} step(s), in turns.\n\n" + measuring.table(
        f"What | aim | {measuring.CELLS}", rows
    )
