"""Modes lost and won back in the plane: how far the recipe comes, and what each cure brings.

Run by `make bench`; prints its tables and writes them to benchmarks/PLANE.md. The protocol is that
of VEEGAN and PacGAN (see `gh.evaluation.plane_coverage`): 2,500 points of the trained generator.

    python benchmarks/plane.py            both (about 20 minutes on two cores)
    python benchmarks/plane.py recipe     the recipe alone
    python benchmarks/plane.py cures      the cures alone

Each run that is done is kept in benchmarks/plane_runs.json, so that an interrupted benchmark goes
on where it stopped; delete the file to measure anew.
"""

import pathlib
import statistics
import sys
import time

import store

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)

from timing import measuring

FOLDER = pathlib.Path(__file__).parent
RUNS = store.Store(FOLDER / "plane_runs.json")
REPORT = FOLDER / "PLANE.md"
COUNT = 2_500
RECIPE_SEEDS = range(5)
CURE_SEEDS = range(3)
CURE_STEPS = 2_000
BATCH_SIZE = 128

# What changes against the plain GAN: arguments of compile, and of the two networks.
PLAIN = {"loss": "non_saturating"}
CURES = {
    "plain (non-saturating)": {},
    "minimax": {"loss": "minimax"},
    "least squares": {"loss": "least_squares"},
    "hinge + spectral norm": {"loss": "hinge", "spectral": True},
    "WGAN-GP": {"loss": "wasserstein", "gradient_penalty": 1.0},
    "R1": {"r1": 0.1},
    "R1 + R2": {"r1": 0.1, "r2": 0.1},
    "relativistic, R1 + R2": {"loss": "relativistic", "r1": 0.1, "r2": 0.1},
    "two time scales (D 4 x faster)": {"discriminator_rate": 2e-3},
    "no average (EMA 0)": {"ema": 0.0},
    "packing 2": {"pack": 2},
    "packing 4": {"pack": 4},
    "R1 + R2, packing 2": {"r1": 0.1, "r2": 0.1, "pack": 2},
}


def recipe(mixture, seed):
    """Train by the recipe."""
    return gh.recipes.quick_plane(mixture, seed=seed)


def cure(mixture, seed, options):
    """Train the plain GAN of the plane with one thing changed."""
    options = PLAIN | options
    network = {name: options.pop(name) for name in ("pack", "spectral") if name in options}
    rate = options.pop("discriminator_rate", 5e-4)
    keras.utils.set_random_seed(seed)
    gan = gh.GAN(gh.networks.plane_generator(), gh.networks.plane_discriminator(**network))
    gan.compile(
        **{"ema": 0.995} | options,
        generator_optimizer=keras.optimizers.Adam(5e-4, beta_1=0.0, beta_2=0.99),
        discriminator_optimizer=keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99),
        steps_per_execution=50,
        seed=seed,
    )
    points, _ = mixture.sample(100_000, seed=0)
    dataset = gh.data.pipeline(points, BATCH_SIZE, seed).repeat()
    gan.fit(dataset, steps_per_epoch=CURE_STEPS, verbose=0)
    return gan


def measured(name, train, mixture, seed):
    """Return the scores of one run, from the file of runs where it was done already."""
    key = f"{name}, seed {seed}"
    run = RUNS.read().get(key)
    if run is None:
        start = time.monotonic()
        gan = train(mixture, seed)
        seconds = time.monotonic() - start
        scores = gh.evaluation.plane_coverage(gan.generate(COUNT, seed=1), mixture)
        run = scores | {"seconds": round(seconds, 1)}
        RUNS.put(key, run)
    print(f"{key}: {run}", flush=True)
    return run


def row(name, runs):
    """Return a line of the table: median, and least to largest, over the seeds."""
    cells = []
    for key, scale, digits in (
        ("modes", 1, 0),
        ("high_quality", 100, 1),
        ("kl", 1, 2),
        ("seconds", 1, 0),
    ):
        values = [run[key] * scale for run in runs]
        cells.append(
            f"{statistics.median(values):.{digits}f} "
            f"({min(values):.{digits}f} to {max(values):.{digits}f})"
        )
    return f"| {name} | {len(runs)} | " + " | ".join(cells) + " |"


HEAD = "| {} | seeds | modes | high quality (%) | KL (nats) | seconds |\n|---|---|---|---|---|---|"


def recipe_table():
    """Return the table of the recipe, the published rows and the mixture itself beside it."""
    lines = [HEAD.format("`gh.recipes.quick_plane`")]
    for name, mixture in (("25-grid", gh.data.grid()), ("8-ring", gh.data.ring())):
        runs = [measured(name, recipe, mixture, seed) for seed in RECIPE_SEEDS]
        lines.append(row(name, runs))
        points, _ = mixture.sample(COUNT, seed=1)
        truth = gh.evaluation.plane_coverage(points, mixture) | {"seconds": 0.0}
        lines.append(row(f"{name}, the mixture itself", [truth]))
    lines += ["", "Published, 25-grid: GAN 17.3 modes and 94.8 % (as run for PacGAN), VEEGAN 24.6"]
    lines += [
        "and 40 %, PacGAN4 24.8 and 93.6 % (Lin et al. 2018). 8-ring: PacGAN4 7.8 and 95.9 %."
    ]
    return "\n".join(lines)


def cures_table():
    """Return the table of cures on the 25-grid."""
    lines = [HEAD.format(f"25-grid, {CURE_STEPS:,} steps")]
    for name, options in CURES.items():
        mixture = gh.data.grid()
        runs = [
            measured(name, lambda *given, o=options: cure(*given, dict(o)), mixture, seed)
            for seed in CURE_SEEDS
        ]
        lines.append(row(name, runs))
    return "\n".join(lines)


TABLES = {"recipe": recipe_table, "cures": cures_table}
RUNS_OF = {
    "recipe": [f"{name}, seed {s}" for name in ("25-grid", "8-ring") for s in RECIPE_SEEDS],
    "cures": [f"{name}, seed {s}" for name in CURES for s in CURE_SEEDS],
}


def main(names):
    """Make the tables that were asked for, and write them beside those that are done."""
    if unknown := set(names) - set(TABLES):
        raise SystemExit(f"unknown: {', '.join(unknown)}; give recipe, cures or nothing.")
    gh.setup(seed=0, precision="float32")
    RUNS.begin_on(measuring.machine("float32"))
    kept = RUNS.read()
    done = [name for name, keys in RUNS_OF.items() if all(key in kept for key in keys)]
    tables = [TABLES[name]() for name in TABLES if not names or name in names or name in done]
    about = (
        "Written by `make bench`. Medians over seeds, smallest and largest in brackets; "
        f"{COUNT:,} points by the protocol of `gh.evaluation.plane_coverage`."
    )
    text = "\n\n".join(["# Measured in the plane", about, kept["machine"], *tables]) + "\n"
    print(text)
    REPORT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
