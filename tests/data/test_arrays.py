"""Scaling, checks and the report."""

import hypothesis
import ml_dtypes
import numpy as np
import pytest
from hypothesis import strategies
from hypothesis.extra import numpy as arrays_of

from gan_helpers import data

LEVELS = np.arange(256, dtype=np.uint8)
SHAPES = arrays_of.array_shapes(min_dims=4, max_dims=4, max_side=4)


def test_every_gray_level_comes_back():
    scaled = data.scale(LEVELS)
    assert scaled.dtype == np.float32
    assert (scaled[0], scaled[255]) == (-1.0, 1.0)
    np.testing.assert_allclose(scaled, LEVELS / 127.5 - 1.0, atol=1e-7)
    np.testing.assert_array_equal(data.unscale(scaled), LEVELS)


@hypothesis.given(arrays_of.arrays(np.uint8, SHAPES))
def test_unscale_undoes_scale_on_any_pictures(pictures):
    scaled = data.scale(pictures)
    assert scaled.shape == pictures.shape
    assert np.abs(scaled).max() <= 1.0
    np.testing.assert_array_equal(data.unscale(scaled), pictures)


@hypothesis.given(
    arrays_of.arrays(np.float32, 8, elements=strategies.floats(-1, 1, width=32)).map(np.sort)
)
def test_unscale_is_off_by_half_a_gray_level_at_most_and_keeps_the_order(values):
    levels = data.unscale(values).astype(int)
    assert (np.diff(levels) >= 0).all()
    assert np.abs(levels - (values.astype(np.float64) + 1) * 127.5).max() <= 0.5001


def test_unscale_clips_a_little_slack_and_takes_half_precision():
    assert data.unscale(np.array([-1.0009, 1.0009])).tolist() == [0, 255]
    assert data.unscale(np.array([-1.0, 0.5, 1.0], np.float16)).tolist() == [0, 191, 255]
    halves = np.array([-1.0, 0.5, 1.0], ml_dtypes.bfloat16)
    assert data.unscale(halves).tolist() == [0, 191, 255]


def test_no_pictures_stay_no_pictures():
    none = np.zeros((0, 28, 28, 1), np.uint8)
    assert data.scale(none).shape == data.unscale(data.scale(none)).shape == none.shape


def test_the_given_array_is_left_alone():
    pictures = LEVELS.copy()
    data.unscale(data.scale(pictures))
    np.testing.assert_array_equal(pictures, LEVELS)


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (np.zeros(4, np.float32), "float32; scale takes uint8 from 0 to 255.*scaled already"),
        (np.zeros(4, np.int64), "int64; scale takes uint8"),
        (np.array([True]), "bool; expected an array of numbers"),
        (np.array(["a picture"]), "expected an array of numbers"),
        (np.array([None]), "object; expected an array of numbers"),
        (np.zeros(4, complex), "complex128; expected an array of numbers"),
    ],
)
def test_scale_refuses(pictures, message):
    with pytest.raises(ValueError, match=message):
        data.scale(pictures)


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (LEVELS, "uint8; unscale takes floats in"),
        (np.array([0.0, np.nan]), "NaN or infinity"),
        (np.array([0.0, np.inf]), "NaN or infinity"),
        (np.array([0.0, 2.0]), r"from 0 to 2; unscale takes values in \[-1, 1\]"),
        (np.array([-1.1, 0.0]), r"from -1\.1 to 0"),
        (np.array(["a picture"]), "expected an array of numbers"),
    ],
)
def test_unscale_refuses(pictures, message):
    with pytest.raises(ValueError, match=message):
        data.unscale(pictures)


# ---- checks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_good_pictures_pass_the_check(channels):
    pictures = np.zeros((2, 5, 4, channels), np.uint8)
    assert data.check_images(pictures) is pictures


@pytest.mark.parametrize(
    ("pictures", "message"),
    [
        (np.zeros((2, 4, 4), np.uint8), r"\(2, 4, 4\); expected \(N, H, W, C\).*\[\.\.\., np\.new"),
        (np.zeros((4, 4), np.uint8), r"\(4, 4\); expected \(N, H, W, C\)"),
        (np.zeros((1, 2, 4, 4, 1), np.uint8), r"\(1, 2, 4, 4, 1\); expected"),
        (np.zeros((2, 4, 4, 1), np.float32), "float32; expected uint8 from 0 to 255"),
        (np.full((2, 4, 4, 1), np.nan), "float64; expected uint8"),
        (np.zeros((0, 4, 4, 1), np.uint8), r"empty: its shape is \(0, 4, 4, 1\)"),
        (np.zeros((2, 0, 4, 1), np.uint8), "empty"),
        (np.zeros((2, 1, 4, 4), np.uint8), r"4 channels; expected 1 \(gray\) or 3"),
        ([], "expected"),
    ],
)
@pytest.mark.parametrize("function", [data.check_images, data.report, data.pipeline])
def test_wrong_pictures_are_refused_with_the_reason(function, pictures, message):
    with pytest.raises(ValueError, match=message):
        function(pictures)


def test_the_message_names_the_argument():
    with pytest.raises(ValueError, match=r"^pictures is float32"):
        data.check_images(np.zeros((1, 2, 2, 1), np.float32), "pictures")


def test_image_shape_passes_as_whole_numbers():
    assert data.check_image_shape([np.int64(28), 28.0, 1]) == (28, 28, 1)


@pytest.mark.parametrize(
    "shape", [(28, 28), (28, 28, 2), (0, 28, 1), (28, -1, 3), 28, None, "abc", ("a", 1, 1)]
)
def test_wrong_image_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(height, width, channels\) with 1 or 3"):
        data.check_image_shape(shape)


# ---- report --------------------------------------------------------------------------------------


def test_report_counts_and_measures():
    pictures = np.zeros((4, 2, 2, 3), np.uint8)
    pictures[1, ..., 0] = 200
    pictures[2, 0, 0, 1] = 7
    found = data.report(pictures, np.array([5, 5, 9, 5]))
    assert found.shape == (4, 2, 2, 3)
    assert found.duplicates == 1  # pictures 0 and 3
    assert found.classes == {5: 3, 9: 1}
    assert found.channels[0] == {"min": 0, "max": 200, "mean": 50.0, "std": pytest.approx(86.6025)}
    assert found.channels[1]["max"] == 7
    assert found.channels[2] == {"min": 0, "max": 0, "mean": 0.0, "std": 0.0}
    assert str(found).splitlines() == [
        "4 pictures of 2 x 2 pixels, 3 channel(s)",
        "channel 0: from 0 to 200, mean 50.0, standard deviation 86.6",
        "channel 1: from 0 to 7, mean 0.4, standard deviation 1.7",
        "channel 2: from 0 to 0, mean 0.0, standard deviation 0.0",
        "duplicates: 1",
        "class 5: 3",
        "class 9: 1",
    ]


def test_report_without_labels_has_no_classes():
    assert data.report(np.zeros((1, 2, 2, 1), np.uint8)).classes == {}


def test_report_takes_text_as_labels_and_noncontiguous_pictures():
    pictures = np.moveaxis(np.arange(24, dtype=np.uint8).reshape(2, 3, 2, 2), 1, -1)
    found = data.report(pictures, ["cat", "dog"])
    assert found.classes == {"cat": 1, "dog": 1}
    assert found.duplicates == 0


@pytest.mark.parametrize("labels", [[1], [1, 2, 3], [[1], [2]], 3])
def test_report_refuses_another_number_of_labels(labels):
    with pytest.raises(ValueError, match=r"expected one label a picture, \(2,\)"):
        data.report(np.zeros((2, 2, 2, 1), np.uint8), labels)


@pytest.mark.parametrize("labels", [[-1, 0], [0, 2**31], ["a", "b"], [None, None]])
def test_labels_are_small_whole_numbers(labels):
    with pytest.raises(ValueError, match="expected"):
        data.check_labels(np.array(labels), 2)


def test_a_report_takes_labels_as_tables_hold_them():
    report = data.report(np.zeros((3, 4, 4, 1), np.uint8), np.array(["b", "a", "b"], object))
    assert report.classes == {"a": 1, "b": 2}
