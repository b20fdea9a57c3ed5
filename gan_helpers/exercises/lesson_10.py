"""Checks of lesson 10: projection, and how a label is laid beside a picture."""

import numpy as np

from gan_helpers.exercises import checking

# --- Exercise 1: the projection discriminator's logit --------------------------------------------


@checking.check
def check_projection(projection):
    """`projection(features, labels, v, bias, w)` returns v . f + bias + w_y . f, (N, 1)."""
    random = np.random.default_rng(0)
    for count, size, classes in ((5, 3, 4), (8, 6, 2), (3, 3, 3)):
        features = random.normal(size=(count, size))
        labels = random.integers(0, classes, count)
        v, bias = random.normal(size=(size, 1)), random.normal(size=1)
        w = random.normal(size=(classes, size))
        found = np.asarray(checking.call(projection, features, labels, v, bias, w))
        what = f"the array of logits of {count} pictures"
        right = features @ v + bias + np.sum(features * w[labels], axis=1, keepdims=True)
        checking.expect(
            found.shape == (count, 1),
            f"{what} has the shape {found.shape}; expected {right.shape}, one logit a picture. "
            "Sum over the features, axis=1, with keepdims=True.",
        )
        for value, sentence in _wrong_logits(features, labels, v, bias, w):
            if not np.allclose(value, right):
                checking.expect(not np.allclose(found, value), sentence)
        checking.expect_close(found, right, what, tolerance=1e-6)
    return "one part asks whether the picture is real, the other whether it is of this class."


def _wrong_logits(features, labels, v, bias, w):
    """Yield (value, sentence) of the likely mistakes."""
    real, fit = features @ v + bias, np.sum(features * w[labels], axis=1, keepdims=True)
    yield real, "this is v . f + bias alone: the label plays no part in it."
    yield fit, "this is w_y . f alone: v . f + bias is missing."
    yield real - bias + fit, "the bias is missing."
    yield real + bias + fit, "the bias is added twice."
    yield real * fit, "the two parts are multiplied; add them."
    yield (
        real + np.sum(features @ w.T, axis=1, keepdims=True),
        "all rows of w take part; w[labels] picks the row of each picture's class.",
    )
    yield (
        real + np.mean(features * w[labels], axis=1, keepdims=True),
        "this is the mean over the features; a scalar product is their sum.",
    )


# --- Exercise 2: four layouts --------------------------------------------------------------------

SIDE = 28
KINDS = {"A": "through the batch", "B": "right", "C": "other picture", "D": "along rows"}
NOT_THIS = {
    ("A", "right"): "in A the means of picture 0 do not depend on its own label alone.",
    ("A", "other picture"): "in A several channels of one picture have a mean above 0.",
    ("A", "along rows"): "A's means differ between the channels, and follow the batch's labels.",
    ("B", "through the batch"): "in B exactly one channel of each picture has the mean 1.",
    ("B", "other picture"): "in B the channel with the mean 1 is that of the picture's own label.",
    ("B", "along rows"): "in B one channel is 1 at every pixel.",
    ("C", "right"): "in C one channel is 1 at every pixel, but compare its number with the label.",
    ("C", "through the batch"): "in C exactly one channel of each picture has the mean 1.",
    ("C", "along rows"): "in C one channel is 1 at every pixel.",
    ("D", "right"): "in D all channels have the same mean, whatever the label.",
    ("D", "through the batch"): "D's means do not change with the labels of the other pictures.",
    ("D", "other picture"): "in D no channel has the mean 1.",
}


def layouts():
    """Return {name: function} of four ways to lay labels beside pictures.

    Each takes one-hot rows (N, classes) and returns float32 (N, 28, 28, classes).
    """
    return {
        "A": lambda rows: _shaped(np.tile(rows, (SIDE * SIDE, 1)), rows),
        "B": right_layout,
        "C": lambda rows: right_layout(rows[::-1]),
        "D": lambda rows: _shaped(np.repeat(rows, SIDE * SIDE, axis=1), rows),
    }


def right_layout(rows):
    """Return the planes with the one-hot row of each picture at each of its pixels."""
    return _shaped(np.repeat(rows, SIDE * SIDE, axis=0), rows)


def _shaped(values, rows):
    return values.reshape(len(rows), SIDE, SIDE, rows.shape[1]).astype(np.float32)


@checking.check
def check_layouts(verdict):
    """Check a dict from "A" to "D" to one of the four kinds."""
    checking.expect_kinds(verdict, KINDS, sorted(KINDS.values()), NOT_THIS)
    return "three of the four have the right shape and the wrong content; the means tell."


# --- Exercise 3: the right layout ----------------------------------------------------------------


@checking.check
def check_label_planes(label_planes):
    """`label_planes(labels, side, classes)` returns float planes (N, side, side, classes)."""
    for labels, side, classes in (([2, 0, 1], 4, 3), ([3, 3, 1, 0, 2], 5, 4), ([1, 0], 2, 2)):
        labels = np.array(labels)
        found = np.asarray(checking.call(label_planes, labels, side, classes), np.float64)
        shape = (len(labels), side, side, classes)
        checking.expect(
            found.shape == shape, f"the planes have the shape {found.shape}; expected {shape}."
        )
        rows = np.eye(classes)[labels]
        right = np.broadcast_to(rows[:, np.newaxis, np.newaxis], shape)
        for value, sentence in _wrong_planes(rows, shape):
            if not np.array_equal(value, right):
                checking.expect(not np.array_equal(found, value), sentence)
        checking.expect_close(found, right, "the array of planes", tolerance=1e-6)
    return "every pixel of a picture carries its label, and no other picture's."


def _wrong_planes(rows, shape):
    """Yield (value, sentence) of the likely mistakes."""
    pixels = shape[1] * shape[2]
    yield (
        np.repeat(rows, pixels, axis=1).reshape(shape),
        "each number of the one-hot row is repeated by itself, so that the label lies along rows "
        "of pixels: it is the whole row that must be repeated.",
    )
    yield (
        np.tile(rows, (pixels, 1)).reshape(shape),
        "the batch is repeated as a whole, so that each picture carries the labels of all: np.tile "
        "repeats in turn, np.repeat with axis=0 repeats each row.",
    )
    yield np.zeros(shape), "the planes are all 0."
