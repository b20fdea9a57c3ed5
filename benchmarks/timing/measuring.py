"""How everything here is timed: in turns, with the spread beside the median."""

import dataclasses
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import numpy as np  # isort: skip
import scipy.stats  # isort: skip
import tensorflow as tf  # isort: skip

FOLDER = pathlib.Path(__file__).parent.parent


@dataclasses.dataclass
class Times:
    """Seconds of one thing, one number a round.

    Attributes:
        wall: what the clock on the wall says.
        processor: what all threads of this process computed together. Other programs on the
            machine hardly change it, so it stands beside the wall time.
    """

    wall: list = dataclasses.field(default_factory=list)
    processor: list = dataclasses.field(default_factory=list)

    def add(self, function):
        """Run the function and keep how long it took."""
        processor, wall = time.process_time(), time.perf_counter()
        function()
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - processor)


def in_turns(functions, rounds):
    """Time each of {name: function}, once a round; return {name: Times}.

    Every other round runs backwards, so that a machine that slows down hits all alike. The first
    run of each, which builds graphs, is not counted.
    """
    for function in functions.values():
        function()
    times = {name: Times() for name in functions}
    for number in range(rounds):
        names = list(functions) if number % 2 == 0 else list(reversed(functions))
        for name in names:
            times[name].add(functions[name])
    return times


class Pace(keras.callbacks.Callback):
    """Lets a peer train between the epochs of a `fit`, and times both.

    So `fit` runs once, as in earnest, yet the two alternate in pieces of a second or less, which
    meet the same state of a busy machine.
    """

    def __init__(self, peer):
        super().__init__()
        self.peer = peer
        self.fitted, self.peers = Times(), Times()

    def on_train_begin(self, logs=None):
        self._start()

    def on_epoch_end(self, epoch, logs=None):
        self.fitted.wall.append(time.perf_counter() - self._began[0])
        self.fitted.processor.append(time.process_time() - self._began[1])
        self.peers.add(self.peer)
        self._start()

    def _start(self):
        self._began = time.perf_counter(), time.process_time()


def fit_beside(gan, dataset, peer, steps, pairs):
    """Fit epochs of so many steps, a run of `peer()` after each; return (fit's, peer's) Times.

    The first two pairs, which build graphs and fill caches, are left out.
    """
    pace = Pace(peer)
    gan.fit(dataset, steps_per_epoch=steps, epochs=pairs + 2, callbacks=[pace], verbose=0)
    for times in (pace.fitted, pace.peers):
        del times.wall[:2], times.processor[:2]
    return pace.fitted, pace.peers


def ratios(first, second):
    """Return first / second for each round, arrays of numbers or lists."""
    return np.asarray(first) / np.asarray(second)


def against_loop(fitted, looped):
    """Return seconds of each epoch of `fit` / mean of the loop's runs just before and after it."""
    looped = np.asarray(looped)
    return ratios(fitted[1:], (looped[:-1] + looped[1:]) / 2)


def interval(values):
    """Return the 95 % bootstrap interval of the median, (low, high)."""
    if np.ptp(values) == 0:  # nothing to resample
        return float(values[0]), float(values[0])
    found = scipy.stats.bootstrap((values,), np.median, method="percentile", rng=0)
    return found.confidence_interval.low, found.confidence_interval.high


def cells(values, digits=3):
    """Return the cells "median | interval of the median | smallest to largest | count"."""
    low, high = interval(values)
    return (
        f"{np.median(values):.{digits}f} | {low:.{digits}f} to {high:.{digits}f} | "
        f"{np.min(values):.{digits}f} to {np.max(values):.{digits}f} | {len(values)}"
    )


CELLS = "median | 95 % interval of the median | range | rounds"


def table(heads, rows):
    """Return a Markdown table; heads is "a | b | c", each row such a text too."""
    count = heads.count("|") + 1
    lines = [f"| {heads} |", "|" + "---|" * count, *(f"| {row} |" for row in rows)]
    return "\n".join(lines)


def fresh(module, *arguments, environment=None):
    """Run a module of this folder in a Python of its own; return what its last line says (JSON)."""
    done = subprocess.run(
        [sys.executable, "-m", f"timing.{module}", *map(str, arguments)],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"timing.{module} {arguments} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def machine(precision):
    """Return a line on the machine and the versions: no name of a host, no path."""
    cores = len(affinity())
    return (
        f"Machine: {gh.runtime.processor_name()}, {cores} core{'s' * (cores > 1)}; {precision}; "
        "TensorFlow "
        f"{tf.__version__}, Keras {keras.__version__}, NumPy {np.__version__}, Python "
        f"{platform.python_version()}, {platform.system()}. GPU: not measured."
    )


def affinity():
    """Return the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count())
