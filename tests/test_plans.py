"""What is chosen for pictures of one's own, and whether the reasons fit."""

import numpy as np
import PIL.Image
import pytest

import gan_helpers as gh
from gan_helpers import data, plans


def pictures(count, shape=(32, 32, 3), seed=0):
    """Return different pictures."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, shape[2]), dtype=np.uint8)
    return coarse.repeat(shape[0] // 8 + 1, 1).repeat(shape[1] // 8 + 1, 2)[
        :, : shape[0], : shape[1]
    ]


def folder(sides, count=100, shape=(64, 64, 3)):
    """Return a `Folder` whose files had these shorter sides, in turn."""
    sides = np.resize(sides, count)
    originals = tuple(data.Original(2 * int(side), int(side), "RGB") for side in sides)
    names = tuple(f"{number}.png" for number in range(count))
    return data.Folder(pictures(count, shape), names, {}, originals)


@pytest.mark.parametrize(
    ("sides", "options", "side", "reason"),
    [
        ([500], {"profile": "cpu"}, 32, "a step costs about five times as much; give it 600 s"),
        (
            [500],
            {"profile": "cpu", "seconds": 700},
            64,
            "The files would do for 128, but that need",
        ),
        ([500], {"profile": "gpu"}, 128, "More is not supported"),
        ([500], {"profile": "gpu", "seconds": 100}, 64, "give it 300 s or more"),
        ([500], {"profile": "smoke"}, 32, "would do for 64"),
        ([40], {"profile": "gpu"}, 32, "Only 0 % of the files have 64"),
        ([100, 100, 100, 40], {"profile": "gpu"}, 64, "Only 0 % of the files have 128"),
        ([100, 40], {"profile": "gpu"}, 32, "Only 50 % of the files have 64"),
        ([20], {"profile": "gpu"}, 32, "only 0 % of the files have so many"),
        ([500], {"profile": "cpu", "side": 28}, 28, "as you wish"),
    ],
)
def test_size_follows_files_machine_and_time(sides, options, side, reason):
    plan = plans.suggest(folder(sides), **options)
    assert plan.image_shape == (side, side, 3)
    assert f"{side} x {side} pixels" in plan.reasons["size"]
    assert reason in plan.reasons["size"]


def test_an_array_keeps_its_size():
    assert plans.suggest(pictures(30, (64, 64, 3))).image_shape == (64, 64, 3)
    with pytest.raises(ValueError, match="pictures are 50 x 50; an array keeps its size"):
        plans.suggest(pictures(30, (50, 50, 3)))


@pytest.mark.parametrize(
    ("colored", "channels", "reason"),
    [(0, 1, "no picture has color"), (1, 1, "98 % of the pictures have no"), (8, 3, "20 % of")],
)
def test_channels_follow_the_pictures(colored, channels, reason):
    images = pictures(40)
    images[colored:] = images[colored:, ..., :1]
    plan = plans.suggest(images)
    assert plan.image_shape[2] == channels
    assert reason in plan.reasons["channels"]


def test_gray_arrays_are_gray():
    assert plans.suggest(pictures(30, (28, 28, 1))).image_shape == (28, 28, 1)


@pytest.mark.parametrize(
    ("count", "channels", "augment", "expect"),
    [
        (1, 3, ("translation", "brightness", "saturation", "contrast"), "a copy: from one picture"),
        (19, 3, ("translation", "brightness", "saturation", "contrast"), "mixtures of these 19"),
        (20, 1, ("translation",), "look for copies"),
        (199, 3, ("translation", "brightness", "saturation", "contrast"), "look for copies"),
        (200, 3, ("translation",), "look for copies"),
        (4_999, 3, ("translation",), "look for copies"),
        (5_000, 3, (), "look for copies"),
    ],
)
def test_few_pictures_are_augmented_and_never_mirrored(count, channels, augment, expect):
    plan = plans.suggest(pictures(count, (28, 28, channels)))
    assert plan.options["augment"] == augment
    assert expect in plan.reasons["to expect"]
    assert f"{count:,} different pictures" in plan.reasons["augmentation"]
    assert set(augment) <= set(gh.augmentation.AUGMENTATIONS)


def test_copies_do_not_count_as_pictures():
    images = np.concatenate([pictures(210), pictures(20)])
    assert "210 different pictures" in plans.suggest(images).reasons["augmentation"]


def test_batch_is_never_larger_than_the_folder():
    assert plans.suggest(pictures(7), profile="cpu").options["batch_size"] == 7
    assert plans.suggest(pictures(50), profile="cpu").options["batch_size"] == 32
    assert plans.suggest(pictures(200), profile="gpu").options["batch_size"] == 128


@pytest.mark.parametrize(("profile", "seconds"), [("smoke", 4), ("cpu", 120), ("gpu", 300)])
def test_time_follows_the_profile_or_the_wish(profile, seconds):
    assert plans.suggest(pictures(3), profile=profile).options["seconds"] == seconds
    plan = plans.suggest(pictures(3), profile=profile, seconds=7.5)
    assert plan.options["seconds"] == 7.5 and "7.5 s, as you wish" in str(plan)


def test_a_plan_reads_as_one_reason_a_line():
    lines = str(gh.recipes.suggest(pictures(30), profile="cpu")).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        *["time", "size", "channels", "augmentation", "batch", "to expect"]
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"pictures": np.zeros((3, 32, 32, 3))}, "pictures is float64"),
        ({"pictures": "my folder"}, "pictures is a str; .* gh.data.folder"),
        ({"pictures": pictures(3), "profile": "tpu"}, "profile is 'tpu'"),
        ({"pictures": pictures(3), "seconds": 0}, "seconds is 0"),
        ({"pictures": pictures(3), "seconds": "long"}, "seconds is 'long'"),
        ({"pictures": pictures(3), "side": 256}, "side is 256; allowed are 28, 32, 40, .*, 128"),
    ],
)
def test_bad_input_is_refused(arguments, says):
    with pytest.raises(ValueError, match=says):
        plans.suggest(**arguments)


def test_quick_gan_takes_a_plan(tmp_path, eager, recwarn):
    PIL.Image.fromarray(pictures(1, (40, 40, 3))[0]).save(tmp_path / "0.png")
    plan = gh.recipes.suggest(gh.data.folder(tmp_path), profile="cpu")
    found = gh.data.folder(tmp_path, plan.image_shape)
    gan = gh.quick_gan(found.images, **plan.options, steps=1)
    assert gan.augment == plan.options["augment"]
    assert gan.generate(2, seed=0).shape == (2, *plan.image_shape)
    assert any("copy it" in str(warning.message) for warning in recwarn)
