"""The bands of the standard run: today's code still lies inside, and broken runs do not."""

import json
import pathlib
import re

import matplotlib.figure
import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers import diagnosis

CURVES = ["discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy", "fid"]


@pytest.fixture(scope="module")
def training(load_offline):
    """Return the training digits there are."""
    return load_offline("mnist", "train")[0]


def middle(known, count=5):
    """Return the history of a run that goes through the middle of the bands."""
    return {name: list(known.middle[name][:count]) for name in CURVES}


def test_bands_are_whole():
    known = diagnosis.bands()
    assert list(known.middle) == CURVES
    assert known.about["seeds"] >= 8
    for name in CURVES:
        low, mid, high = known.low[name], known.middle[name], known.high[name]
        assert len(known.steps) == len(low) == len(mid) == len(high)
        assert np.all(low < mid) and np.all(mid < high)
    assert np.all(known.low["fid"] > 0)
    assert known.middle["fid"][-1] < known.middle["fid"][0] / 3
    assert known.about["fid"].endswith(gh.evaluation.feature_net("mnist").hash)


def test_between_two_points_the_band_is_straight():
    known = diagnosis.bands()
    low, mid, high = known.at("fid", [150.0])
    assert mid[0] == pytest.approx(known.middle["fid"][:2].mean())
    assert low[0] < mid[0] < high[0]


@pytest.mark.slow
def test_standard_run_lies_inside(training):
    gh.setup(seed=0)  # in the precision that bands are measured in
    gan = gh.quick_gan(training, steps=500, seed=11)
    assert diagnosis.compare_to_bands(gan.history) == []


def stored():
    """Return what the file holds: about, steps, runs."""
    file = pathlib.Path(diagnosis.__path__[0]) / "bands.json"
    return json.loads(file.read_text(encoding="utf-8"))


def test_seeds_lie_inside_the_bands_of_the_others():
    """What the file says of itself, judged again: the rule is as it was when that was written."""
    found = stored()
    seeds = range(found["about"]["seeds"])
    alarms = 0
    for seed in seeds:
        others = {
            name: [run for number, run in enumerate(runs) if number != seed]
            for name, runs in found["runs"].items()
        }
        run = {name: runs[seed] for name, runs in found["runs"].items()}
        known = diagnosis.Bands.from_runs(found["steps"], others)
        alarms += bool(diagnosis.compare_to_bands(run, known=known))
    assert found["about"]["false_alarms"].startswith(f"{alarms} of {len(seeds)} seeds")
    assert alarms <= 1


def walks(draws, runs, points=10, correlation=0.8):
    """Return positive curves (runs, points) whose logarithms are Gaussian, with a memory."""
    noise = draws.standard_normal((points, runs))
    found = [noise[0]]
    for fresh in noise[1:]:
        found.append(correlation * found[-1] + np.sqrt(1 - correlation**2) * fresh)
    return np.exp(0.3 * np.stack(found, axis=1))


def test_false_alarms_are_rare_and_shifts_are_found():
    draws = np.random.default_rng(0)
    steps = 100 * np.arange(1, 11)
    alarms = found = 0
    for _ in range(200):
        curves = {f"curve {number}": walks(draws, 9) for number in range(5)}
        known = diagnosis.Bands.from_runs(steps, {name: runs[:8] for name, runs in curves.items()})
        run = {name: runs[8] for name, runs in curves.items()}
        alarms += bool(diagnosis.compare_to_bands(run, known=known))
        shifted = run | {"curve 0": np.exp(0.3 * 5) * run["curve 0"]}  # five standard deviations
        found += bool(diagnosis.compare_to_bands(shifted, known=known))
    assert alarms <= 4  # .4 % of 200 is 1
    assert found >= 150


def test_bands_by_hand():
    """Three runs at one step: mean ± 9.925 · √(4/3) deviations, of logarithms and of logits."""
    runs = {"loss": [[1.0], [np.e], [np.e**2]], "accuracy": [[0.2], [0.5], [0.8]]}
    known = diagnosis.Bands.from_runs([100], runs)
    reach = 9.92484 * np.sqrt(4 / 3)
    assert known.middle["loss"] == pytest.approx(np.e)
    assert known.high["loss"] == pytest.approx(np.exp(1 + reach), rel=1e-4)
    assert known.low["loss"] == pytest.approx(np.exp(1 - reach), rel=1e-4)
    assert known.middle["accuracy"] == pytest.approx(0.5)
    far = 1 / (1 + np.exp(-reach * np.log(4)))
    assert known.high["accuracy"] == pytest.approx(far, rel=1e-6)


@pytest.mark.parametrize(
    ("runs", "says"),
    [
        ({"loss": [[1.0], [2.0]]}, "loss: 2 runs with values from 1 to 2; bands need three"),
        ({"loss": [[1.0], [2.0], [0.0]]}, "numbers above 0"),
        ({"fake_accuracy": [[0.1], [0.2], [1.1]]}, "from 0.1 to 1.1; .* shares"),
        ({"fake_accuracy": [[0.1], [0.2], [np.nan]]}, "shares"),
    ],
)
def test_runs_that_make_no_bands(runs, says):
    with pytest.raises(ValueError, match=says):
        diagnosis.Bands.from_runs([100], runs)


# The recipe without penalties and at full rate from the first step on, seed 0, measured.
RUNAWAY = {
    "discriminator_loss": [0.00818, 1.575e-05, 5.132e-06, 1.569e-06, 7.443e-07],
    "generator_loss": [10.95, 14.63, 16.28, 17.75, 18.76],
    "real_accuracy": [0.9909, 0.9969, 0.9984, 0.9984, 0.9991],
    "fake_accuracy": [0.9959, 1.0, 1.0, 1.0, 1.0],
}


def test_run_without_a_careful_start_lies_outside():
    said = diagnosis.compare_to_bands(RUNAWAY)
    assert [sentence.split()[0] for sentence in said] == list(RUNAWAY)


def test_outside_is_said_in_words():
    known = diagnosis.bands()
    assert diagnosis.compare_to_bands(middle(known)) == []
    history = middle(known)
    history["generator_loss"][2:4] = [999.0, 9.0]
    (said,) = diagnosis.compare_to_bands(history)
    assert re.match(
        r"generator_loss leaves the band at 2 of 5 points; at step 300 it is 999, above", said
    )
    history = middle(known) | {"fid": [0.001] * 5}
    assert "below" in diagnosis.compare_to_bands(history)[0]


def test_an_excursion_is_chance_but_nan_never_is():
    known = diagnosis.bands()
    history = middle(known, count=12)
    history["generator_loss"][:4] = [99.0] * 4
    assert diagnosis.compare_to_bands(history) == []
    history["generator_loss"][4] = 99.0
    assert len(diagnosis.compare_to_bands(history)) == 1
    history = middle(known, count=12)
    history["generator_loss"][7] = float("nan")
    assert "at step 800 it is nan, not a number" in diagnosis.compare_to_bands(history)[0]


def test_steps_decide_what_is_compared():
    known = diagnosis.bands()
    every_second = {name: list(known.middle[name][1::2]) for name in CURVES}
    assert diagnosis.compare_to_bands(every_second, steps_per_epoch=200) == []
    first_as_last = {"fid": [known.middle["fid"][0]] * 7}
    assert diagnosis.compare_to_bands(first_as_last, steps_per_epoch=200)


@pytest.mark.parametrize(
    ("history", "steps", "says"),
    [
        ({}, 100, "holds none of"),
        ("losses", 100, "holds none of"),
        ({"fid": [1.0]}, 10, "train longer"),
        ({"fid": [9.0] * 4}, 100, "fid has 4 entries between .* a verdict needs 5"),
        ({"fid": [1.0]}, 0, "steps_per_epoch is 0"),
    ],
)
def test_what_cannot_be_compared(history, steps, says):
    with pytest.raises(ValueError, match=says):
        diagnosis.compare_to_bands(history, steps)


def test_bands_are_drawn_behind_the_run():
    known = diagnosis.bands()
    drawing = gh.plots.bands(middle(known), known, names=("fid", "generator_loss"))
    assert isinstance(drawing, matplotlib.figure.Figure)
    assert [axis.get_title() for axis in drawing.axes] == ["Fréchet distance", "generator loss"]
    for axis in drawing.axes:
        assert len(axis.collections) == 1  # the band
        assert [len(line.get_xdata()) for line in axis.lines] == [len(known.steps), 5]
    with pytest.raises(ValueError, match="unknown: speed"):
        gh.plots.bands(middle(known), known, names=("speed",))


def test_file_holds_plain_numbers():
    found = stored()
    assert set(found) == {"about", "steps", "runs"}
    shape = (found["about"]["seeds"], len(found["steps"]))
    assert all(np.shape(runs) == shape for runs in found["runs"].values())


def test_seeds_that_agree_by_chance_at_one_step_make_no_thin_band():
    runs = {"fid": [[level, level, 1.0, level, level] for level in (1.0, 2.0, 4.0)]}
    found = gh.diagnosis.Bands.from_runs(range(5), runs)
    assert found.high["fid"][2] > 2 * found.low["fid"][2]
