"""Whole numbers and numbers as arguments: NumPy's count everywhere, bools nowhere."""

import json

import numpy as np
import pytest
import tiny

import gan_helpers as gh
from gan_helpers import arguments

NUMPY = (np.int8, np.uint8, np.int32, np.int64, np.uint64)


@pytest.mark.parametrize("kind", [int, *NUMPY])
@pytest.mark.parametrize("value", [1, 5, 9])
def test_whole_returns_an_int(kind, value):
    found = arguments.whole("count", kind(value), 1, 9)
    assert found == value and type(found) is int
    assert json.dumps(found) == str(value)


@pytest.mark.parametrize(
    "value", [True, False, np.True_, 3.0, np.float64(3), "3", None, 3j, [3], np.array([3, 4])]
)
def test_other_things_are_not_whole(value):
    assert not arguments.is_whole(value, None)
    with pytest.raises(ValueError, match=r"^count is .*; it must be a whole number from 0 on"):
        arguments.whole("count", value, 0)


@pytest.mark.parametrize(
    ("value", "limits", "says"),
    [
        (0, {}, "n is 0; it must be a whole number from 1 on."),
        (np.int64(1), {"least": 2}, "n is np.int64(1); it must be a whole number from 2 on."),
        (-1, {"least": 0, "most": 7}, "n is -1; it must be a whole number from 0 to 7."),
        (8, {"most": 7}, "n is 8; it must be a whole number from 1 to 7."),
        (8, {"most": 7, "of": "steps"}, "n is 8; it must be a whole number of steps from 1 to 7."),
        (
            2**31,
            {"most": 2**31 - 1},
            f"n is {2**31}; it must be a whole number from 1 to 2**31 - 1.",
        ),
        (-1, {"most": 2**32 - 1}, "n is -1; it must be a whole number from 1 to 2**32 - 1."),
        (0.5, {"least": None}, "n is 0.5; it must be a whole number."),
    ],
)
def test_whole_says_what_came_and_what_is_wanted(value, limits, says):
    says = says.replace("np.int64(1)", repr(np.int64(1)))  # NumPy 1 writes 1
    with pytest.raises(ValueError) as error:
        arguments.whole("n", value, **limits)
    assert str(error.value) == says


@pytest.mark.parametrize("value", [-(2**70), -1, 0, np.int64(-5), 2**70])
def test_no_end_takes_all(value):
    assert arguments.whole("seed", value, least=None) == value


@pytest.mark.parametrize("kind", [float, np.float16, np.float32, np.float64, np.int64])
def test_number_returns_a_float(kind):
    found = arguments.number("rate", kind(1), above=0)
    assert found == 1.0 and type(found) is float


@pytest.mark.parametrize(
    ("limits", "says", "good", "bad"),
    [
        ({"least": 0}, "from 0 on", (0, 2.5), (-0.1,)),
        ({"least": 0, "below": 1}, "from 0 on and below 1", (0, 0.9), (-0.1, 1)),
        ({"above": 0}, "above 0", (1e-9, 10**400 // 10**390), (0, -1)),
        ({"above": -1, "below": 1}, "above -1 and below 1", (-0.9, 0, 0.9), (-1, 1)),
    ],
)
def test_number_keeps_to_its_limits(limits, says, good, bad):
    for value in good:
        assert arguments.number("rate", value, **limits) == value
    for value in (*bad, float("nan"), float("inf"), True, np.True_, "0.5", None, 1j, [0.5]):
        with pytest.raises(ValueError) as error:
            arguments.number("rate", value, **limits)
        assert str(error.value) == f"rate is {value!r}; it must be a number {says}."


# --- The package's own functions -----------------------------------------------------------------

POINTS = tiny.points(24)
PICTURES, LABELS = np.zeros((6, 8, 8, 1), np.uint8), np.arange(6)
FEATURES = np.random.default_rng(0).normal(size=(80, 2))
SHAPE = (28, 28, 1)


def fit_gain(n):
    table = np.where(FEATURES > 2, np.nan, FEATURES)
    return gh.imputation.Gain(steps=n, units=n, seed=n).fit_transform(table).tolist()


def compiled(n):
    config = tiny.gan(seed=n, penalty_every=n).get_compile_config()
    return config["seed"], config["penalty_every"]


def size(build, *given, **options):
    return build(*given, **options).count_params()


callbacks, data, networks = gh.callbacks, gh.data, gh.networks
TAKES = {
    "setup": lambda n: gh.setup(n, profile="smoke").seed,
    "compile": compiled,
    "generate": lambda n: tiny.gan().generate(n, seed=n).shape,
    "SampleGrid": lambda n: callbacks.SampleGrid(count=n, every=n).count,
    "StopAfter": lambda n: callbacks.StopAfter(steps=n).steps,
    "ScoreOverTime": lambda n: callbacks.ScoreOverTime(FEATURES, every=n, count=n + 20).every,
    "Health": lambda n: gh.diagnosis.Health(every=n).every,
    "LiveSamples": lambda n: gh.widgets.LiveSamples(count=n, scale=n).count,
    "generator": lambda n: size(networks.generator, SHAPE, n, n, classes=n),
    "discriminator": lambda n: size(networks.discriminator, SHAPE, n, classes=n),
    "plane_generator": lambda n: size(networks.plane_generator, n, n, n),
    "plane_discriminator": lambda n: size(networks.plane_discriminator, n, n, n, pack=n),
    "FourierFeatures": lambda n: networks.FourierFeatures(n, name="waves").get_config(),
    "Pack": lambda n: networks.Pack(n, name="pack").get_config(),
    "unet": lambda n: size(networks.unet, SHAPE, 1, n),
    "residual_translator": lambda n: size(networks.residual_translator, (9, n, 1), n, n, n),
    "imputation.generator": lambda n: size(gh.imputation.generator, SHAPE, n, n),
    "Gain": fit_gain,
    "ImagePool": lambda n: gh.translation.ImagePool(n, (2, 2, 1)).get_config()["size"],
    "tile": lambda n: gh.plots.tile(PICTURES, columns=n).shape,
    "interpolate": lambda n: gh.plots.interpolate([0.0, 1.0], [1.0, 0.0], n).tolist(),
    "pipeline": lambda n: next(iter(data.pipeline(POINTS, n, seed=n))).numpy().tolist(),
    "unpaired_pipeline": lambda n: len(data.unpaired_pipeline(PICTURES, PICTURES, n, seed=n)),
    "few_labels": lambda n: data.few_labels(np.arange(30) % 3, n, seed=n).tolist(),
    "stack_digits": lambda n: data.stack_digits(PICTURES, LABELS, n, seed=n)[1].tolist(),
    "ring": lambda n: data.ring(n).sample(n, seed=n)[0].tolist(),
    "grid": lambda n: data.grid(n).centers.tolist(),
    "spiral": lambda n: data.spiral(n).centers.tolist(),
    "squares": lambda n: data.masks.squares(n, (8, 8), n, seed=n).tolist(),
    "region": lambda n: data.masks.region(n, (8, 8), n, n, n, n).tolist(),
    "nearest_neighbors": lambda n: gh.evaluation.nearest_neighbors(PICTURES, PICTURES, n)[0].shape,
    "prdc": lambda n: gh.evaluation.prdc(FEATURES, FEATURES + 0.1, k=n),
}


@pytest.mark.parametrize("kind", [np.int64, np.uint8])
@pytest.mark.parametrize("name", TAKES)
def test_numpy_integers_count_as_whole_numbers(name, kind, capsys):
    """What a seed determines is the same, and what may be stored is JSON."""
    wanted, found = TAKES[name](3), TAKES[name](kind(3))
    assert json.dumps(found) == json.dumps(wanted)


@pytest.mark.parametrize("name", ["quick_gan", "quick_plane", "train_completer"])
def test_recipes_take_numpy_integers(name, monkeypatch):
    """Each call of a recipe ends where the training would begin."""
    monkeypatch.setattr(gh.GAN, "fit", lambda model, *args, **options: None)
    images = np.random.default_rng(0).integers(0, 256, (8, *SHAPE), np.uint8)
    options = {"steps": np.int64(4), "seed": np.int64(3)}
    model = {
        "quick_gan": lambda: gh.quick_gan(images, **options),
        "quick_plane": lambda: gh.recipes.quick_plane(gh.data.ring(), **options),
        "train_completer": lambda: gh.imputation.train_completer(
            images, gh.data.masks.squares(8, SHAPE, 9), **options
        ),
    }[name]()
    assert type(model.seed) is int and model.seed == 3


def test_a_gan_with_a_numpy_seed_is_saved_and_loaded(tmp_path):
    model = gh.GAN(gh.networks.plane_generator(width=4), gh.networks.plane_discriminator(width=4))
    model.compile(seed=np.int64(3), penalty_every=np.int64(2))
    model.save(tmp_path / "gan.keras")
    loaded = gh.GAN.load(tmp_path / "gan.keras")
    assert (loaded.seed, loaded.penalty_every) == (3, 2)
