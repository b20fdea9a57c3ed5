"""Memory and time by the size of the pictures: `python -m timing.memory SIDE CHANNELS BATCH`."""

import json
import pathlib
import re
import resource
import sys
import time

import numpy as np

import gan_helpers as gh
from timing import measuring

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)


def peak():
    """Return the most bytes of memory that this process has held so far."""
    status = pathlib.Path("/proc/self/status")
    if status.exists():  # getrusage would count the parent process in
        return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status.read_text()).group(1))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS: bytes


def measure(side, channels, batch_size, calls=5):
    """Train `quick_gan`'s networks for a few steps; return {"bytes": ..., "seconds": ...}."""
    gh.setup(seed=0)
    images = np.random.default_rng(0).integers(0, 256, (256, side, side, channels), np.uint8)
    before = peak()
    keras.utils.set_random_seed(0)
    gan = gh.GAN(
        gh.networks.generator(images.shape[1:]), gh.networks.discriminator(images.shape[1:])
    )
    gan.compile(**gh.recipes.settings() | {"steps_per_execution": 4})  # a penalty in each call
    clock = Clock()
    gan.fit(
        gh.data.pipeline(images, batch_size).repeat(),
        steps_per_epoch=4,
        epochs=calls + 1,
        callbacks=[clock],
        verbose=0,
    )
    return {"bytes": peak() - before, "seconds": float(np.median(np.diff(clock.marks))) / 4}


class Clock(keras.callbacks.Callback):
    """Notes when each epoch ends."""

    def __init__(self):
        super().__init__()
        self.marks = []

    def on_epoch_end(self, epoch, logs=None):
        self.marks.append(time.perf_counter())


def section(quick):
    """Return the section on memory and on the growth with the size."""
    cases = [(28, 1, 32), (64, 1, 32), (128, 1, 32)]
    if not quick:
        cases += [(64, 3, 32), (28, 1, 64), (64, 1, 64), (128, 1, 64)]
    found = {case: measuring.fresh("memory", *case) for case in sorted(cases)}
    base = found[28, 1, 32]["seconds"]
    rows = [
        f"{side} | {channels} | {batch} | {result['bytes'] / 2**20:.0f} | "
        f"{1e3 * result['seconds']:.1f} | {result['seconds'] / base:.1f}"
        for (side, channels, batch), result in found.items()
    ]
    return (
        "Networks and settings of `quick_gan`, each case in a fresh process; memory is the "
        "process's peak above that of the imports.\n\n"
        + measuring.table(
            "side (px) | channels | batch | peak memory (MiB) | ms a step | "
            "ms / that of 28 px, batch 32",
            rows,
        )
    )


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
