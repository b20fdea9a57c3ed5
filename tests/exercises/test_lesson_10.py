"""Lesson 10's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np
import pytest

from gan_helpers.exercises import lesson_10

# --- The projection ------------------------------------------------------------------------------


def projection(features, labels, v, bias, w):
    fit = np.sum(features * w[labels], axis=1, keepdims=True)
    return features @ v + bias + fit


WRONG_PROJECTIONS = {
    "no label": (lambda f, y, v, b, w: f @ v + b, "the label plays no part"),
    "label alone": (
        lambda f, y, v, b, w: np.sum(f * w[y], axis=1, keepdims=True),
        "v . f + bias is missing",
    ),
    "no bias": (lambda f, y, v, b, w: projection(f, y, v, b, w) - b, "the bias is missing"),
    "bias twice": (lambda f, y, v, b, w: projection(f, y, v, b, w) + b, "added twice"),
    "all classes": (
        lambda f, y, v, b, w: f @ v + b + np.sum(f @ w.T, axis=1, keepdims=True),
        "all rows of w",
    ),
    "mean": (
        lambda f, y, v, b, w: f @ v + b + np.mean(f * w[y], axis=1, keepdims=True),
        "a scalar product is their sum",
    ),
    "product": (
        lambda f, y, v, b, w: (f @ v + b) * np.sum(f * w[y], axis=1, keepdims=True),
        "add them",
    ),
    "flat": (lambda f, y, v, b, w: projection(f, y, v, b, w)[:, 0], "keepdims=True"),
    "square": (lambda f, y, v, b, w: f @ v + b + f @ w[y].T, "expected (5, 1)"),
    "sign": (lambda f, y, v, b, w: -projection(f, y, v, b, w), "is off by up to"),
}


def test_right_projection_is_praised(capsys):
    answers.assert_praised(lesson_10.check_projection, projection, capsys)


test_wrong_projection_is_explained = answers.explained(
    WRONG_PROJECTIONS, lesson_10.check_projection
)


# --- Four layouts --------------------------------------------------------------------------------

RIGHT = lesson_10.KINDS
ROWS = np.eye(10)[[3, 3, 8, 1]]


def test_layouts_are_what_the_key_says():
    planes = {name: layout(ROWS) for name, layout in lesson_10.layouts().items()}
    assert {value.shape for value in planes.values()} == {(4, 28, 28, 10)}
    own = np.broadcast_to(ROWS[:, np.newaxis, np.newaxis], (4, 28, 28, 10))
    found = {RIGHT[name]: value for name, value in planes.items()}
    np.testing.assert_array_equal(found["right"], own)
    np.testing.assert_array_equal(found["other picture"], own[::-1])
    means = {kind: value.mean(axis=(1, 2)) for kind, value in found.items()}
    np.testing.assert_allclose(means["along rows"], 0.1, atol=1e-3)
    shares = np.broadcast_to(ROWS.mean(axis=0), (4, 10))
    np.testing.assert_allclose(means["through the batch"], shares, atol=1e-6)
    # the label 3 stands in the rows of pixels from 3 / 10 to 4 / 10 of the height, in all channels
    lit = found["along rows"][0].max(axis=(1, 2)) > 0
    assert np.flatnonzero(lit).tolist() == [8, 9, 10, 11]


def test_right_verdict_is_praised(capsys):
    answers.assert_praised(lesson_10.check_layouts, RIGHT, capsys)


test_each_verdict_is_judged = answers.riddle(lesson_10.check_layouts, RIGHT, lesson_10.NOT_THIS)

test_unusable_verdict_is_explained = answers.explained(
    [
        ("right", "expected a dict"),
        ({"A": "right"}, "the keys are ['A']"),
        ({**RIGHT, "B": "good"}, "choose one of 'along rows'"),
    ],
    lesson_10.check_layouts,
)


# --- The right layout ----------------------------------------------------------------------------


def by_broadcast(labels, side, classes):
    rows = np.eye(classes)[labels]
    return np.broadcast_to(rows[:, None, None], (len(labels), side, side, classes))


def by_repeat(labels, side, classes):
    rows = np.repeat(np.eye(classes)[labels], side * side, axis=0)
    return rows.reshape(-1, side, side, classes)


def along_rows(labels, side, classes):
    rows = np.repeat(np.eye(classes)[labels], side * side)
    return rows.reshape(-1, side, side, classes)


def through_the_batch(labels, side, classes):
    rows = np.tile(np.eye(classes)[labels], (side * side, 1))
    return rows.reshape(-1, side, side, classes)


WRONG_PLANES = {
    "along rows": (along_rows, "along rows of pixels"),
    "through the batch": (through_the_batch, "np.tile"),
    "dark": (lambda y, side, classes: np.zeros((len(y), side, side, classes)), "all 0"),
    "channels first": (
        lambda y, side, classes: np.moveaxis(by_repeat(y, side, classes), -1, 1),
        "expected (3, 4, 4, 3)",
    ),
    "other pictures": (
        lambda y, side, classes: by_repeat(y, side, classes)[::-1],
        "planes is off by up to 1",
    ),
}


@pytest.mark.parametrize("planes", [by_broadcast, by_repeat])
def test_right_planes_are_praised(planes, capsys):
    answers.assert_praised(lesson_10.check_label_planes, planes, capsys)


test_wrong_planes_are_explained = answers.explained(WRONG_PLANES, lesson_10.check_label_planes)


# --- Stubs ---------------------------------------------------------------------------------------

STUBS = {
    "projection": (lesson_10.check_projection, lambda features, labels, v, bias, w: ...),
    "verdict": (lesson_10.check_layouts, dict.fromkeys("ABCD", ...)),
    "planes": (lesson_10.check_label_planes, lambda labels, side, classes: ...),
}

test_a_stub_is_not_attempted = answers.untouched(STUBS)
