"""A GAN from 500 digits, with and without differentiable augmentation.

Writes benchmarks/FEW_IMAGES.md. Every run is `gh.quick_gan` on the same 500 training digits of
MNIST, and is measured at several numbers of steps: 10,000 fakes against the 10,000 test digits, and
against the 500 for signs of copying.

    python benchmarks/few_images.py
    python benchmarks/few_images.py --steps 8000 --seeds 0      a part of it

What is measured is kept in benchmarks/few_images_runs.json, so that an interrupted benchmark goes
on with the runs that lack something; delete the file to measure anew.
"""

import argparse
import functools
import pathlib
import statistics

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import numpy as np  # isort: skip

import store
from peers import quick_gan
from timing import measuring

FOLDER = pathlib.Path(__file__).parent
REPORT = FOLDER / "FEW_IMAGES.md"
RUNS = store.Store(FOLDER / "few_images_runs.json")
FEW, FAKES = 500, 10_000
CHOICE_SEED = 0  # of the 500 digits, the same for all runs
STEPS, SEEDS = (1_000, 3_000, 8_000), (0, 1, 2)
POLICIES = {
    "none": (),
    "translation": ("translation",),
    "translation, cutout": ("translation", "cutout"),
}
# Column of the report: key, factor, digits.
COLUMNS = {
    "Fréchet distance": ("fid", 1, 1),
    "precision": ("precision", 1, 2),
    "recall": ("recall", 1, 2),
    "coverage": ("coverage", 1, 2),
    "close to the 500 (%)": ("close", 100, 1),
    "z": ("z", 1, 0),
}


# --- Data and judge ------------------------------------------------------------------------------


@functools.cache
def digits():
    """Return {what: pictures}: the 500 to train on, other training digits, the test digits.

    Raises:
        SystemExit: where only a part of MNIST can be had.
    """
    images, _ = gh.data.load("mnist", "train")
    test, _ = gh.data.load("mnist", "test")
    if (len(images), len(test)) != (60_000, FAKES):
        raise SystemExit("this needs all of MNIST; see GAN_HELPERS_DATA in README.md.")
    order = np.random.default_rng(CHOICE_SEED).permutation(len(images))
    return {
        "few": images[order[:FEW]],
        "others": images[order[FEW : 2 * FEW]],
        "many others": images[order[2 * FEW : 2 * FEW + FAKES]],
        "test": test,
    }


@functools.cache
def features(name):
    """Return the features of one of these sets."""
    return gh.evaluation.feature_net("mnist").features(digits()[name])


def scores(found):
    """Return the scores of features: against the test digits, and for copies of the 500."""
    real = features("test")
    copies = gh.evaluation.memorization(found, features("few"), real)
    return {
        "fid": gh.evaluation.frechet_distance(found, real),
        **gh.evaluation.prdc(real, found, k=5),
        "close": copies.close,
        "z": copies.z,
    }


# --- Runs ----------------------------------------------------------------------------------------


def key_of(policy, steps, seed):
    """Return the name of a run in the file of runs."""
    return f"{policy}; {steps} steps; seed {seed}"


def measure(policy, seed, stops):
    """Train one run to the last of the numbers of steps, and keep its scores at each it lacks.

    The settings of `gh.quick_gan` do not depend on the length of a run: a short one is the
    beginning of a long one.
    """
    missing = [steps for steps in stops if key_of(policy, steps, seed) not in RUNS.read()]
    if not missing:
        return
    peer = quick_gan.Peer(digits()["few"], None, seed, augment=POLICIES[policy])

    def keep(steps):
        fakes = peer.generate(FAKES, seed)
        found = scores(gh.evaluation.feature_net("mnist").features(fakes))
        found = {name: float(f"{value:.4g}") for name, value in found.items()}
        RUNS.put(key_of(policy, steps, seed), found)
        print(f"{key_of(policy, steps, seed)}: {found}", flush=True)

    peer.train_through(sorted(missing), keep)


# --- Report --------------------------------------------------------------------------------------


def row(policy, steps, runs):
    """Return a line of the table: the median over seeds, smallest and largest in brackets."""
    cells = []
    for key, factor, places in COLUMNS.values():
        values = [run[key] * factor for run in runs]
        middle, low, high = (
            f"{round(value, places) + 0.0:.{places}f}"  # no "-0"
            for value in (statistics.median(values), min(values), max(values))
        )
        cells.append(f"{middle} ({low} to {high})" if len(values) > 1 else middle)
    return f"| {policy} | {steps} | {len(runs)} | " + " | ".join(cells) + " |"


def table(runs, floors):
    """Return the table of all runs that are done, {key: scores}, and of the floors below them."""
    lines = [f"| augmentation | steps | seeds | {' | '.join(COLUMNS)} |"]
    lines += ["|---" * (3 + len(COLUMNS)) + "|"]
    for steps in STEPS:
        for policy in POLICIES:
            keys = [key_of(policy, steps, seed) for seed in SEEDS]
            done = [runs[key] for key in keys if key in runs]
            if done:
                lines.append(row(policy, f"{steps:,}", done))
    lines += [row(name, "", [floor]) for name, floor in floors.items()]
    return "\n".join(lines)


def report():
    """Return the page."""
    floors = {
        f"{len(digits()[name]):,} other real digits": scores(features(name))
        for name in ("others", "many others")
    }
    net = gh.evaluation.feature_net("mnist")
    about = (
        f"Written by `benchmarks/few_images.py`. Every run is `gh.quick_gan` on the same {FEW} "
        f"training digits of MNIST (choice: seed {CHOICE_SEED}), seeds {SEEDS[0]} to {SEEDS[-1]}; "
        "the augmentation is `augment` (Zhao et al. 2020). "
        f"{FAKES:,} fakes against the {FAKES:,} test digits, features of {net.name} {net.hash}. "
        "Medians over seeds, smallest and largest in brackets."
    )
    reading = (
        f"The first floor shows what {FEW} real digits are worth that nobody trained on; the "
        "distance of so few is large for their number alone, and recall is flattered by it. "
        '"Close to the 500": the share of fakes nearer to a training digit than the nearest 5 % '
        "of test digits are; 5 is chance, far more are copies. z: of the Mann-Whitney test on "
        "these distances (`gh.evaluation.memorization`); below -5 the fakes as a whole are nearer "
        "to the 500 than unseen digits are."
    )
    machine = measuring.machine(keras.config.dtype_policy().name)
    parts = ["# A GAN from 500 digits", about, table(RUNS.read(), floors), reading, machine]
    return "\n\n".join(parts) + "\n"


def main():
    """Do the runs that are missing and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", nargs="+", type=int, choices=STEPS, default=STEPS)
    parser.add_argument("--seeds", nargs="+", type=int, choices=SEEDS, default=SEEDS)
    parser.add_argument("--policies", nargs="+", choices=POLICIES, default=list(POLICIES))
    options = parser.parse_args()
    gh.setup(seed=0)
    for seed in options.seeds:
        for policy in options.policies:
            measure(policy, seed, options.steps)
    REPORT.write_text(report(), encoding="utf-8")
    print(f"wrote {REPORT.name}")


if __name__ == "__main__":
    main()
