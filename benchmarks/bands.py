"""The bands of `gh.diagnosis.bands`: curves of the standard run over seeds.

Run by `make bench`; writes gan_helpers/diagnosis/bands.json. The standard run is `gh.quick_gan` on
the 60,000 training digits of MNIST; by the number of the step, not by time, so that the bands
suit any machine. Each run is kept in benchmarks/bands_runs.json until all are done, so that an
interrupted benchmark goes on where it stopped.
"""

import json
import pathlib
import platform

import gan_helpers as gh

import keras  # isort: skip  (after gan_helpers, which silences TensorFlow's start)
import numpy as np  # isort: skip
import scipy.stats  # isort: skip
import tensorflow as tf  # isort: skip

SEEDS = range(5)
STEPS = 3_000
EVERY = 100
PICTURES = 1_000
CURVES = ("discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy")
RUNS = pathlib.Path(__file__).parent / "bands_runs.json"
TARGET = pathlib.Path(gh.__file__).parent / "diagnosis" / "bands.json"


def measured(seed, images, held_out):
    """Return the curves of one run, {name: list of one value for each 100 steps}."""
    runs = json.loads(RUNS.read_text()) if RUNS.exists() else {}
    if str(seed) not in runs:
        score = gh.callbacks.ScoreOverTime(held_out, every=EVERY, count=PICTURES)
        gan = gh.quick_gan(images, steps=STEPS, seed=seed, callbacks=[score])
        assert score.steps == list(range(0, STEPS + 1, EVERY)), score.steps
        curves = {name: gan.history.history[name] for name in CURVES}
        runs[str(seed)] = curves | {"fid": [float(value) for value in score.values[1:]]}
        RUNS.write_text(json.dumps(runs))
    print(f"seed {seed}: {runs[str(seed)]['fid'][-1]:.2f} after {STEPS:,} steps", flush=True)
    return runs[str(seed)]


def band(runs, name):
    """Return (low, middle, high) of a curve over the runs, arrays (K,)."""
    values = np.array([run[name] for run in runs])
    if name == "fid":  # a ratio says more than a difference where values fall by a hundred
        low, middle, high = band([{"log": np.log(row)} for row in values], "log")
        return np.exp(low), np.exp(middle), np.exp(high)
    count = len(values)
    reach = scipy.stats.t.ppf(0.995, count - 1) * np.sqrt(1 + 1 / count)
    middle, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
    # Five seeds may lie close together by chance at one step: neighbors say how seeds scatter.
    spread = np.maximum(spread, np.convolve(np.pad(spread, 2, "edge"), np.ones(5) / 5, "valid"))
    return middle - reach * spread, middle, middle + reach * spread


def main():
    """Measure what is missing and write the bands."""
    found = gh.setup(seed=0)
    images, _ = gh.data.load("mnist", "train")
    held_out, _ = gh.data.load("mnist", "test")
    if len(images) != 60_000:
        raise SystemExit("the standard run needs all of MNIST; see GAN_HELPERS_DATA in README.md.")
    runs = [measured(seed, images, held_out[::10]) for seed in SEEDS]
    found_bands = {name: band(runs, name) for name in (*CURVES, "fid")}
    about = {
        "run": f"gh.quick_gan(MNIST, steps={STEPS})",
        "seeds": len(runs),
        "fid": f"{PICTURES} fakes against every tenth test digit, "
        f"net mnist {gh.evaluation.feature_net('mnist').hash}",
        "machine": f"{gh.runtime.processor_name()}, {found.precision}, TensorFlow "
        f"{tf.__version__}, Keras {keras.__version__}, Python {platform.python_version()}",
    }
    stored = {"about": about, "steps": list(range(EVERY, STEPS + 1, EVERY))}
    for number, key in enumerate(("low", "middle", "high")):
        stored[key] = {
            name: [float(f"{value:.4g}") for value in curves[number]]
            for name, curves in found_bands.items()
        }
    TARGET.write_text(json.dumps(stored) + "\n", encoding="utf-8")
    RUNS.unlink()


if __name__ == "__main__":
    main()
