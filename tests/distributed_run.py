"""Trains the same tiny GANs on one device and on two replicas, and writes the differences.

    python distributed_run.py RESULT.json

TensorFlow takes logical devices only before it has used the processor: hence a process of its
own. There is one strategy for all: a second one in the same process mixes up its messages with
the first (TensorFlow 2.21).
"""

import json
import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
import tiny

import gan_helpers as gh

BATCH, STEPS_PER_EPOCH, EPOCHS = 16, 3, 2
CASES = {
    "penalty every 2": {"penalty_every": 2},
    "with classes": {"classes": 3},
}


def build(penalty_every=1, classes=None):
    """Return a GAN; every call makes the same one.

    Of points, because graphs of few layers are built in no time; lesson 05 compares GANs of
    pictures.
    """
    keras.utils.set_random_seed(1)
    gan = tiny.gan() if classes is None else tiny.conditional_gan(classes)
    # Adam divides by the size of the gradients: where that is nearly zero, rounding would grow
    # to whole steps, but for a large epsilon.
    adam = {"learning_rate": 2e-3, "beta_1": 0.0, "beta_2": 0.99, "epsilon": 1e-3}
    gan.compile(
        loss="relativistic",
        r1=0.3,
        r2=0.3,
        penalty_every=penalty_every,
        ema=0.9,
        seed=3,
        generator_optimizer=keras.optimizers.Adam(**adam),
        discriminator_optimizer=keras.optimizers.Adam(**adam),
    )
    return gan


def data(classes=None):
    """Return whole batches of 16, three an epoch."""
    count = BATCH * STEPS_PER_EPOCH
    labels = None if classes is None else np.arange(count) % classes
    return gh.data.pipeline(tiny.points(count), BATCH, seed=1, labels=labels)


def compare(strategy, classes=None, **options):
    """Train on one device and on two; return what differs by how much."""
    one = build(classes=classes, **options)
    one_history = one.fit(data(classes), epochs=EPOCHS, verbose=0).history
    with strategy.scope():
        two = build(classes=classes, **options)
    two_history = two.fit(data(classes), epochs=EPOCHS, verbose=0).history
    return {
        "steps": [one.steps, two.steps],
        "weights": {name: gap(getattr(one, name), getattr(two, name)) for name in NETWORKS},
        "moved": gap(build(classes=classes, **options).generator, two.generator),
        "metrics": {
            name: float(np.abs(np.subtract(values, two_history[name])).max())
            for name, values in one_history.items()
        },
        "replicas_equal": all(
            equal_on_all_replicas(strategy, variable)
            for variable in [*two.ema_generator.variables, *two.discriminator.variables]
        ),
    }


NETWORKS = ("generator", "discriminator", "ema_generator")


def gap(one, two):
    """Return the largest difference between the weights of two networks."""
    pairs = zip(one.get_weights(), two.get_weights(), strict=True)
    return float(max(np.abs(first - second).max() for first, second in pairs))


def equal_on_all_replicas(strategy, variable):
    first, *others = strategy.experimental_local_results(variable.value)
    return all(np.array_equal(first.numpy(), other.numpy()) for other in others)


def latents(strategy):
    """Return the latent vectors of both replicas, and those of one device, at the same step."""
    with strategy.scope():
        two = build()
    drawn = strategy.run(lambda: two.draw_latent(BATCH // 2))
    parts = [part.numpy().tolist() for part in strategy.experimental_local_results(drawn)]
    whole = build().draw_latent(BATCH).numpy().tolist()
    return {"parts": parts, "whole": whole}


def main(path):
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    tf.config.set_visible_devices([], "GPU")
    gh.setup(seed=5, precision="float32")
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    result = {"replicas": strategy.num_replicas_in_sync, "latents": latents(strategy)}
    for name, options in CASES.items():
        result[name] = compare(strategy, **options)
    pathlib.Path(path).write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main(sys.argv[1])
