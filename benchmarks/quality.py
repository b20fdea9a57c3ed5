"""Quality against training time: `gh.quick_gan` beside published GANs, on MNIST and Fashion-MNIST.

Quality depends on the number of steps, and the number of steps on the machine. So there are two
measurements. `rates`, on a machine that does nothing else, trains each contestant for some seconds
in turns. `quality` then trains as many steps as each does in 30, 60, 180 and 600 s by the median
of its rates, start-up included, however long that takes and whatever else the machine does, and
measures the Fréchet distance of 10,000 fakes to the 10,000 test pictures.

    python benchmarks/quality.py                  all stages up to 60 s, with three seeds
    python benchmarks/quality.py rates            stages: rates, floor, quality, report, forget
    python benchmarks/quality.py quality report --seconds 600 --seeds 0 1 2 --data mnist
    python benchmarks/quality.py forget --contestants quick_gan    to measure it anew

Each finished piece is kept in benchmarks/quality_runs.json, so that an interrupted benchmark goes
on where it stopped; two processes may work at once, on other contestants, data or seeds.
PyTorch may live in an environment of its own, which needs NumPy besides: `--torch-python PATH`.
"""

import argparse
import functools
import os
import pathlib
import platform
import signal
import sys
import tempfile
import time

import gan_helpers as gh

import numpy as np  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import PIL.Image  # isort: skip

import store
from peers import CONTESTANTS, processes, quality_report

FOLDER = pathlib.Path(__file__).parent
DATA = ("mnist", "fashion_mnist")
STAGES = ("rates", "floor", "quality", "report", "forget")


def arguments(given=None):
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    # Not `choices`: argparse of Python 3.11 checks the empty list of stages against them too.
    parser.add_argument("stages", nargs="*", help=f"of {', '.join(STAGES)}; the first four")
    parser.add_argument("--contestants", nargs="+", choices=CONTESTANTS, help="all if left out")
    parser.add_argument("--data", nargs="+", choices=DATA, default=list(DATA))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--seconds", type=float, default=60, help="the longest training time")
    parser.add_argument("--rounds", type=int, default=3, help="of rates")
    parser.add_argument("--rate-seconds", type=float, default=12, help="of each rate")
    parser.add_argument(
        "--torch-python", type=os.path.abspath, default=sys.executable, help="path of a Python"
    )
    parser.add_argument("--store", type=pathlib.Path, default=FOLDER / "quality_runs.json")
    parser.add_argument("--out", type=pathlib.Path, default=FOLDER, help="folder of the report")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for a grid of each run")
    options = parser.parse_args(given)
    if unknown := set(options.stages) - set(STAGES):
        parser.error(f"unknown stage: {', '.join(unknown)}; stages are {', '.join(STAGES)}.")
    if "forget" in options.stages and not options.contestants:
        parser.error("forget needs --contestants; to forget everything remove the store.")
    options.stages = options.stages or list(STAGES[:4])
    options.contestants = options.contestants or list(CONTESTANTS)
    return options


# --- Data and judge ------------------------------------------------------------------------------


@functools.cache
def load(data):
    """Return (images, labels) of the training set and the test pictures.

    Raises:
        SystemExit: where only a part of the data can be had.
    """
    images, labels = gh.data.load(data, "train")
    test, _ = gh.data.load(data, "test")
    if (len(images), len(test)) != (60_000, 10_000):
        raise SystemExit(f"quality needs all of {data}; see GAN_HELPERS_DATA in README.md.")
    return images, labels, test


def write_arrays(data, folder):
    """Lay the training set into the folder, where workers read it."""
    images, labels, _ = load(data)
    np.save(folder / "images.npy", images)
    np.save(folder / "labels.npy", labels)


@functools.cache
def judge(data):
    """Return the feature net's name, and a function from pictures to their Fréchet distance."""
    net = gh.evaluation.feature_net(data)
    real = net.features(load(data)[2])
    return (
        f"{net.name} {net.hash}",
        lambda pictures: gh.evaluation.frechet_distance(net.features(pictures), real),
    )


def run(options, task, name, *given):
    """Return what `processes.work` yields, with the interpreter for this contestant."""
    python = options.torch_python if CONTESTANTS[name].torch else sys.executable
    return processes.work(python, task, name, *given)


# --- Stages --------------------------------------------------------------------------------------


def rates(options, pieces, folder):
    """Measure start-up and steps per second, the contestants in turns."""
    write_arrays("mnist", folder)
    for number in range(options.rounds):
        for name in options.contestants:
            key = f"rate, {name}, round {number}"
            if key in pieces.read():
                continue
            check_machine(pieces)
            busy = processes.others_busy()
            try:
                (found,) = run(options, "rate", name, number, folder, options.rate_seconds)
            except processes.NotMeasured as error:
                print(f"not measured: {error}", flush=True)
                continue
            pieces.put(key, found | {"busy": busy})
            print(f"{key}: {found}, other work before it {busy}", flush=True)


def check_machine(pieces):
    """Keep what machine this is; a store with another one's seconds is set aside."""
    here = {
        "processor": gh.runtime.processor_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "python": platform.python_version(),
    }
    there = pieces.read().get("machine", here)
    if (here["processor"], here["cores"]) != (there["processor"], there["cores"]):
        aside = pieces.path.with_suffix(".other.json")
        os.replace(pieces.path, aside)
        print(
            f"the rates in {pieces.path.name} were seconds of {there['processor']}, "
            f"{there['cores']} cores; it is now {aside.name}, and all is measured here."
        )
    pieces.put("machine", here)


def floor(options, pieces, folder):
    """Measure real training pictures in place of fakes: what a perfect generator would reach."""
    for data in options.data:
        if f"floor, {data}" in pieces.read():
            continue
        images, (net, distance) = load(data)[0], judge(data)
        order = np.random.default_rng(0).permutation(len(images)).reshape(6, -1)
        found = [round(distance(images[np.sort(draw)]), 4) for draw in order]
        pieces.put(f"floor, {data}", {"frechet": found, "net": net})
        print(f"floor, {data}: {found}", flush=True)


def quality(options, pieces, folder):
    """Train each contestant as many steps as it does in each time, and measure its fakes."""
    for data in options.data:
        write_arrays(data, folder)
        for seed in options.seeds:
            for name in options.contestants:
                missing = missing_steps(pieces.read(), data, name, seed, options.seconds)
                groups = [missing] if CONTESTANTS[name].anytime else [[pair] for pair in missing]
                for group in filter(None, groups):
                    try:
                        measure(options, pieces, folder, (data, name, seed), group)
                    except processes.NotMeasured as error:
                        print(f"not measured: {error}", flush=True)


def missing_steps(pieces, data, name, seed, longest):
    """Return the (seconds, steps) up to the longest time that the store lacks.

    A piece for another number of steps, from rates that were measured anew since, counts as none.
    """
    planned = quality_report.planned_steps(pieces, name)
    if not planned:
        print(f"{name}: no rates yet; run the stage rates.", flush=True)
    wanted = [(seconds, steps) for seconds, steps in planned.items() if seconds <= longest]
    return [
        (seconds, steps)
        for seconds, steps in wanted
        if steps and not quality_report.piece(pieces, data, name, seed, seconds)
    ]


def measure(options, pieces, folder, which, group):
    """Train one run and put a piece for each of its (seconds, steps) into the store."""
    data, name, seed = which
    net, distance = judge(data)
    began = time.monotonic()
    seconds_of = {steps: seconds for seconds, steps in group}
    for line in run(options, "train", name, seed, folder, *seconds_of):
        path = folder / f"fakes_{line['steps']}.npy"
        fakes, seconds = np.load(path), seconds_of[line["steps"]]
        path.unlink()
        key = quality_report.quality_key(data, name, seed, seconds)
        found = {"steps": line["steps"], "frechet": round(distance(fakes), 4), "net": net}
        pieces.put(key, found)
        print(f"{key}: {found}, {time.monotonic() - began:.0f} s so far", flush=True)
        if options.pictures:
            options.pictures.mkdir(parents=True, exist_ok=True)
            grid = gh.plots.tile(fakes[:64]).squeeze()
            PIL.Image.fromarray(grid).save(options.pictures / f"{key.replace(', ', '_')}.png")


def report(options, pieces, folder):
    """Write QUALITY.md and quality.png."""
    found = pieces.read()
    (options.out / "QUALITY.md").write_text(quality_report.page(found), encoding="utf-8")
    (options.out / "quality.png").write_bytes(gh.plots.style.png(quality_report.figure(found)))
    print(quality_report.page(found))


def forget(options, pieces, folder):
    """Remove the pieces of these contestants, to measure them anew."""
    names = {f" {name}" for name in options.contestants}
    count = pieces.forget(lambda key: bool(names & set(key.split(","))))
    print(f"{count} pieces of {', '.join(options.contestants)} forgotten")


def main(given=None):
    """Run the stages."""
    options = arguments(given)
    pieces = store.Store(options.store)
    for stage in options.stages:
        with tempfile.TemporaryDirectory() as folder:
            globals()[stage](options, pieces, pathlib.Path(folder))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that no worker is left behind
    main()
