"""Runs one contestant in a process of its own: `python -m peers.worker TASK ...`.

    rate  NAME SEED FOLDER SECONDS        prints {"start": ..., "steps_per_second": ...}
    train NAME SEED FOLDER STEPS [STEPS]  draws after each number of steps, prints it when done

FOLDER holds images.npy and labels.npy; fakes are written there as fakes_STEPS.npy. Arrays travel
as files, so that a contestant may run in an environment without TensorFlow.
"""

import importlib
import json
import pathlib
import sys
import time

import numpy as np

FAKES = 10_000


class Clock:
    """Notes when the first and the last step were done."""

    def __init__(self):
        self.began = time.perf_counter()
        self.marks = []

    def note(self, steps):
        """Keep that so many steps are done now."""
        self.marks.append((steps, time.perf_counter() - self.began))

    def result(self):
        """Return seconds until the first step was done, and steps per second from there on."""
        (first, start), (last, end) = self.marks[0], self.marks[-1]
        if last == first:
            raise SystemExit(f"only {last} step(s) in {end:.0f} s; give more seconds.")
        speed = (last - first) / (end - start)
        return {"start": start - (first - 1) / speed, "steps_per_second": speed, "steps": last}


def rate(peer_class, images, labels, seed, seconds):
    """Build and train for about `seconds`; return what the clock says."""
    clock = Clock()
    peer = peer_class(images, labels, seed)
    if hasattr(peer, "train_for"):
        peer.train_for(seconds, clock.note)
        return clock.result()
    peer.train(1)
    clock.note(1)
    while clock.marks[-1][1] < seconds or len(clock.marks) < 2:
        done, now = clock.marks[-1]
        pace = now / done if done == 1 else (now - clock.marks[0][1]) / (done - 1)
        chunk = max(int(0.5 / pace), 1)
        peer.train(chunk)
        clock.note(done + chunk)
    return clock.result()


def train(peer_class, images, labels, seed, stops, done):
    """Train to each number of steps and hand it to `done`, with fakes drawn there."""

    def draw(steps):
        done(steps, peer.generate(FAKES, seed=1_000 + seed))

    peer, trained = peer_class(images, labels, seed), 0
    if hasattr(peer, "train_through"):
        peer.train_through(sorted(stops), draw)
        return
    for steps in sorted(stops):
        peer.train(steps - trained)
        trained = steps
        draw(steps)


def library():
    """Return what computed, for people to read."""
    if "torch" in sys.modules:
        return f"PyTorch {sys.modules['torch'].__version__}, float32"
    import keras
    import tensorflow as tf

    return f"TensorFlow {tf.__version__}, {keras.config.dtype_policy().name}"


def main(task, name, seed, folder, *numbers):
    """Do what the module's docstring says."""
    folder, seed = pathlib.Path(folder), int(seed)
    images, labels = (np.load(folder / f"{kind}.npy") for kind in ("images", "labels"))
    peer_class = importlib.import_module(f"peers.{name}").Peer
    if task == "rate":
        found = rate(peer_class, images, labels, seed, float(numbers[0]))
        print(json.dumps(found | {"library": library()}), flush=True)
        return

    def done(steps, fakes):
        np.save(folder / f"fakes_{steps}.npy", fakes)
        print(json.dumps({"steps": steps}), flush=True)

    train(peer_class, images, labels, seed, map(int, numbers), done)


if __name__ == "__main__":
    main(*sys.argv[1:])
