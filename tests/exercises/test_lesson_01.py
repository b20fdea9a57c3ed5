"""The checks of lesson 01 on right answers, untouched stubs and typical mistakes."""

import answers
import numpy as np
import pytest

from gan_helpers import data, exercises


def scale(images):
    return images.astype(np.float32) / 127.5 - 1


def unscale(images):
    return np.clip(np.rint((images + 1) * 127.5), 0, 255).astype(np.uint8)


def whole_batches(pictures, batch_size):
    steps = len(pictures) // batch_size
    return pictures[: steps * batch_size].reshape(steps, batch_size, *pictures.shape[1:])


def faults(channels_first, divided, scaled_already):
    """Return a find_faults made of three functions of the pictures."""
    return lambda pictures: {
        "channels first": channels_first(pictures),
        "divided by 255": divided(pictures),
        "scaled already": scaled_already(pictures),
    }


def is_channels_first(pictures):
    return pictures.shape[-1] not in (1, 3) and pictures.shape[1] in (1, 3)


def is_divided(pictures):
    floats = np.issubdtype(pictures.dtype, np.floating)
    return floats and pictures.min() >= 0 and pictures.max() <= 1


def is_scaled(pictures):
    return pictures.dtype != np.uint8 and pictures.min() < 0


find_faults = faults(is_channels_first, is_divided, is_scaled)

RIGHT = [
    (exercises.check_scale, scale),
    (exercises.check_scale, data.scale),
    (exercises.check_scale, lambda images: (np.float32(images) - 127.5) / np.float32(127.5)),
    (exercises.check_unscale, unscale),
    (exercises.check_unscale, lambda x: np.clip(np.round(127.5 * x + 127.5), 0, 255).astype("u1")),
    (exercises.check_whole_batches, whole_batches),
    (exercises.check_find_faults, find_faults),
]

test_right_answers_are_praised = answers.praised(RIGHT)


@pytest.mark.parametrize(
    ("check", "stub"),
    [
        (exercises.check_scale, lambda images: ...),
        (exercises.check_unscale, lambda images: ...),
        (exercises.check_whole_batches, lambda pictures, batch_size: ...),
        (exercises.check_find_faults, faults(*[lambda pictures: ...] * 3)),
    ],
)
def test_stubs_are_not_attempted_yet(capsys, check, stub):
    answers.assert_not_attempted(check, stub, capsys)
    answers.assert_not_attempted(check, ..., capsys)


def in_place(images):
    images[:] = 0
    return images.astype(np.float32)


def changes_its_argument(images):
    scaled = scale(images)
    images[:] = 0
    return scaled


WRONG = [
    (exercises.check_scale, lambda x: x.astype(np.float32) / 255, "from 0 to 1; black must"),
    (exercises.check_scale, lambda x: x.astype(np.float32) / 128 - 1, "127.5, not 128"),
    (exercises.check_scale, lambda x: x / 127.5 - 1, "float64; networks compute in float32"),
    (exercises.check_scale, lambda x: (x // 127.5 - 1).astype(np.uint8), "uint8; bytes cannot"),
    (exercises.check_scale, lambda x: 1 - x.astype(np.float32) / 127.5, "black becomes 1 and"),
    (exercises.check_scale, lambda x: scale(x).ravel(), "the shape changed"),
    (exercises.check_scale, lambda x: np.sign(scale(x)), "a gray level between black and white"),
    (exercises.check_scale, in_place, "black becomes 0 and white 0"),
    (exercises.check_scale, changes_its_argument, "changed the pictures it was given"),
    (exercises.check_scale, lambda x: x.no_such_thing, "your code raised AttributeError"),
    (exercises.check_unscale, lambda x: ((x + 1) * 127.5).astype(np.uint8), "np.rint"),
    (exercises.check_unscale, lambda x: np.rint((x + 1) * 127.5), "is float32; a picture"),
    (exercises.check_unscale, lambda x: np.rint((x + 1) * 127.5).astype(np.uint8), "Clip to 0"),
    (exercises.check_unscale, lambda x: np.uint8(np.rint(np.abs(x) * 255)), "do not come back"),
    (exercises.check_unscale, lambda x: unscale(x)[0], "the shape changed"),
    (exercises.check_whole_batches, lambda x, n: whole_batches(x[:-1], n), "are whole. Drop the"),
    (exercises.check_whole_batches, lambda x, n: x, "the shape is (10, 2, 2, 1); expected (2, 4"),
    (
        exercises.check_whole_batches,
        lambda x, n: np.swapaxes(whole_batches(x, n).swapaxes(0, 1).reshape(n, -1, 2, 2, 1), 0, 1)[
            :, ::-1
        ],
        "no longer in their order",
    ),
    (
        exercises.check_whole_batches,
        lambda x, n: x.reshape(-1, n, 2, 2, 1),
        "your code raised ValueError",
    ),
    (
        exercises.check_find_faults,
        faults(lambda x: x.shape[1] == 3, is_divided, is_scaled),
        "the last axis; look at the shape",
    ),
    (
        exercises.check_find_faults,
        faults(is_channels_first, lambda x: x.max() <= 1, is_scaled),
        "nearly black: you say 'divided by 255' is True, it is False",
    ),
    (
        exercises.check_find_faults,
        faults(is_channels_first, lambda x: is_divided(x) and x.dtype == np.float32, is_scaled),
        "float64 from 0 to 1: you say 'divided by 255' is False, it is True",
    ),
    (
        exercises.check_find_faults,
        faults(is_channels_first, lambda x: x.dtype != np.uint8 and x.max() <= 1, is_scaled),
        "as int64: you say 'divided by 255' is True, it is False",
    ),
    (
        exercises.check_find_faults,
        faults(is_channels_first, lambda x: x.dtype.kind == "f" and x.min() >= 0, is_scaled),
        "floats from 0 to 255: you say 'divided by 255' is True, it is False",
    ),
    (
        exercises.check_find_faults,
        faults(
            is_channels_first,
            lambda x: is_divided(x) and not is_channels_first(x),
            is_scaled,
        ),
        "(N, C, H, W): you say 'divided by 255' is False, it is True",
    ),
    (
        exercises.check_find_faults,
        faults(is_channels_first, is_divided, lambda x: x.dtype != np.uint8),
        "you say 'scaled already' is True",
    ),
    (
        exercises.check_find_faults,
        faults(is_channels_first, is_divided, lambda x: ...),
        "scaled already: still to be filled in",
    ),
    (exercises.check_find_faults, lambda x: "channels first", "expected a dict with the keys"),
    (exercises.check_find_faults, 3, "expected a function"),
]

test_mistakes_are_explained = answers.explained(WRONG)
