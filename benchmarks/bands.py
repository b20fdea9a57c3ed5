"""The bands of `gh.diagnosis.bands`: curves of the standard run over seeds.

Run by `make bench`; writes gan_helpers/diagnosis/bands.json. The standard run is `gh.quick_gan` on
the 60,000 training digits of MNIST; by the number of the step, not by time, so that the bands
suit any machine. Each run is kept in benchmarks/bands_runs.json until all are done, so that an
interrupted benchmark goes on where it stopped; runs of other code are made again.
"""

import hashlib
import json
import pathlib
import platform

import store

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import tensorflow as tf  # isort: skip

SEEDS = range(8)
STEPS = 1_500
EVERY = gh.recipes.STEPS_PER_EPOCH
PICTURES = 1_000
CURVES = ("discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy")
RUNS = store.Store(pathlib.Path(__file__).parent / "bands_runs.json")
PACKAGE = pathlib.Path(gh.__file__).parent
TARGET = PACKAGE / "diagnosis" / "bands.json"
# What a run depends on.
CODE = (
    *("recipes.py", "gan.py", "game.py", "training.py", "losses.py", "augmentation.py"),
    *("data/pipelines.py", "networks/*"),
)


def fingerprint():
    """Return a hash of the settings above and of the code that a run depends on."""
    found = hashlib.sha256(f"{STEPS} {EVERY} {PICTURES}".encode())
    for path in sorted(path for name in CODE for path in PACKAGE.glob(name) if path.is_file()):
        found.update(path.read_bytes())
    return found.hexdigest()


def measured(seed, images, held_out):
    """Return the curves of one run, {name: list of one value for each 100 steps}."""
    run = RUNS.read().get(str(seed))
    if run is None or run["code"] != fingerprint():
        score = gh.callbacks.ScoreOverTime(held_out, every=EVERY, count=PICTURES)
        gan = gh.quick_gan(images, steps=STEPS, seed=seed, callbacks=[score])
        assert score.steps == list(range(0, STEPS + 1, EVERY)), score.steps
        curves = {name: gan.history.history[name] for name in CURVES} | {"fid": score.values[1:]}
        curves = {name: [float(f"{v:.4g}") for v in values] for name, values in curves.items()}
        run = {"code": fingerprint(), "curves": curves}
        RUNS.put(str(seed), run)
    print(f"seed {seed}: {run['curves']['fid'][-1]:.2f} after {STEPS:,} steps", flush=True)
    return run["curves"]


def false_alarms(steps, runs):
    """Return how many seeds leave the bands of all the others."""
    count = 0
    for seed, run in enumerate(runs):
        others = [other for number, other in enumerate(runs) if number != seed]
        known = gh.diagnosis.Bands.from_runs(steps, by_curve(others))
        said = gh.diagnosis.compare_to_bands(run, EVERY, known)
        for sentence in said:
            print(f"seed {seed} against the others: {sentence}")
        count += bool(said)
    return count


def by_curve(runs):
    """Return {name: one list a run}."""
    return {name: [run[name] for run in runs] for name in runs[0]}


def main():
    """Measure what is missing and write the bands."""
    found = gh.setup(seed=0)
    images, _ = gh.data.load("mnist", "train")
    held_out, _ = gh.data.load("mnist", "test")
    if len(images) != 60_000:
        raise SystemExit("the standard run needs all of MNIST; see GAN_HELPERS_DATA in README.md.")
    runs = [measured(seed, images, held_out[::10]) for seed in SEEDS]
    steps = list(range(EVERY, STEPS + 1, EVERY))
    alarms = false_alarms(steps, runs)
    about = {
        "run": f"gh.quick_gan(MNIST, steps={STEPS})",
        "seeds": len(runs),
        "false_alarms": f"{alarms} of {len(runs)} seeds leave the bands of the others",
        "fid": f"{PICTURES} fakes against every tenth test digit, "
        f"net mnist {gh.evaluation.feature_net('mnist').hash}",
        "machine": f"{gh.runtime.processor_name()}, {found.precision}, TensorFlow "
        f"{tf.__version__}, Keras {keras.__version__}, Python {platform.python_version()}",
    }
    print(about["false_alarms"])
    known = {"about": about, "steps": steps, "runs": by_curve(runs)}
    TARGET.write_text(json.dumps(known) + "\n", encoding="utf-8")
    RUNS.path.unlink()


if __name__ == "__main__":
    main()
