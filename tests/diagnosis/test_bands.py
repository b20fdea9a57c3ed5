"""The bands of the standard run: today's code still lies inside, and broken runs do not."""

import json
import re

import keras
import matplotlib.figure
import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers import diagnosis

CURVES = ["discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy", "fid"]


@pytest.fixture(scope="module")
def training():
    """Return the training digits there are, without asking the network."""

    def no_network(*_):
        raise OSError("tests do not download")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gan_helpers.data.sources._download", no_network)
        return gh.data.load("mnist", "train")[0]


def middle(known, count=5):
    """Return the history of a run that goes through the middle of the bands."""
    return {name: list(known.middle[name][:count]) for name in CURVES}


def test_bands_are_whole():
    known = diagnosis.bands()
    assert list(known.middle) == CURVES
    assert known.about["seeds"] >= 5
    for name in CURVES:
        low, mid, high = known.low[name], known.middle[name], known.high[name]
        assert len(known.steps) == len(low) == len(mid) == len(high)
        assert np.all(low < mid) and np.all(mid < high)
    assert np.all(known.low["fid"] > 0)
    assert known.middle["fid"][-1] < known.middle["fid"][0] / 5
    assert known.about["fid"].endswith(gh.evaluation.feature_net("mnist").hash)


def test_between_two_points_the_band_is_straight():
    known = diagnosis.bands()
    low, mid, high = known.at("fid", [150.0])
    assert mid[0] == pytest.approx(known.middle["fid"][:2].mean())
    assert low[0] < mid[0] < high[0]


def test_standard_run_lies_inside(training):
    gan = gh.quick_gan(training, steps=300, seed=11)
    assert diagnosis.compare_to_bands(gan.history) == []


def test_run_without_a_careful_start_lies_outside(training):
    """No penalty and a full rate at once: the discriminator runs away."""
    shape = (28, 28, 1)
    keras.utils.set_random_seed(0)
    gan = gh.GAN(gh.networks.generator(shape), gh.networks.discriminator(shape))
    rates = (keras.optimizers.Adam(3e-3, beta_1=0.0, beta_2=0.99) for _ in range(2))
    broken = gh.recipes.settings() | dict(
        zip(("generator_optimizer", "discriminator_optimizer"), rates, strict=True)
    )
    gan.compile(**broken | {"r1": 0.0, "r2": 0.0})
    dataset = gh.data.pipeline(training, 32).repeat()
    history = gan.fit(dataset, steps_per_epoch=100, epochs=2, verbose=0)
    assert diagnosis.compare_to_bands(history)


def test_outside_is_said_in_words():
    known = diagnosis.bands()
    assert diagnosis.compare_to_bands(middle(known)) == []
    history = middle(known)
    history["generator_loss"][2] = 99.0
    (said,) = diagnosis.compare_to_bands(history)
    assert re.match(
        r"generator_loss leaves the band at 1 of 5 points; at step 300 it is 99, above", said
    )
    history["generator_loss"][2] = float("nan")
    assert "not a number" in diagnosis.compare_to_bands(history)[0]
    history = middle(known) | {"fid": [0.001] * 5}
    assert "below" in diagnosis.compare_to_bands(history)[0]


def test_a_few_points_outside_are_chance():
    known = diagnosis.bands()
    history = middle(known, count=len(known.steps))
    history["fake_accuracy"][7] = 2.0
    assert diagnosis.compare_to_bands(history) == []


def test_steps_decide_what_is_compared():
    known = diagnosis.bands()
    every_second = {name: list(known.middle[name][1:20:2]) for name in CURVES}
    assert diagnosis.compare_to_bands(every_second, steps_per_epoch=200) == []
    assert diagnosis.compare_to_bands(every_second, steps_per_epoch=1_000)


@pytest.mark.parametrize(
    ("history", "steps", "says"),
    [
        ({}, 100, "holds none of"),
        ("losses", 100, "holds none of"),
        ({"fid": [1.0]}, 10, "train longer"),
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
    file = gh.diagnosis.__path__[0] + "/bands.json"
    with open(file, encoding="utf-8") as opened:
        assert set(json.load(opened)) == {"about", "steps", "low", "middle", "high"}
