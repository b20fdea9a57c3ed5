"""Lesson 12's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np
import tensorflow as tf

import gan_helpers as gh
from gan_helpers.exercises import lesson_12

AXES = (1, 2, 3)

# --- The masked error ----------------------------------------------------------------------------


def by_hand(drawn, pictures, known, weight=lambda known: known, divide=None, of=tf.square):
    known = known * tf.ones_like(pictures)
    total = tf.reduce_sum(weight(known) * of(drawn - pictures), AXES)
    return total / (tf.reduce_sum(weight(known), AXES) if divide is None else divide(known))


def of_one_channel(drawn, pictures, known):
    return tf.reduce_sum(known * tf.square(drawn - pictures), AXES) / tf.reduce_sum(known, AXES)


def through_numpy(drawn, pictures, known):
    return by_hand(drawn.numpy(), pictures, known)


def peeking(drawn, pictures, known):
    """The right value, but its slope is not 0 inside the hole."""
    inside = tf.reduce_mean((1.0 - known) * drawn, AXES)
    return by_hand(drawn, pictures, known) + inside - tf.stop_gradient(inside)


WRONG_ERRORS = {
    "sum": (lambda *a: by_hand(*a, divide=lambda known: 1.0), "these are sums"),
    "over all pixels": (
        lambda *a: by_hand(*a, divide=lambda known: float(np.prod(known.shape[1:]))),
        "the number of all pixels",
    ),
    "mean without mask": (lambda *a: by_hand(*a, weight=tf.ones_like), "inside the hole"),
    "inverted": (lambda *a: by_hand(*a, weight=lambda known: 1 - known), "error inside the hole"),
    "one channel": (of_one_channel, "three times too large"),
    "root": (lambda *a: tf.sqrt(by_hand(*a)), "root of the wanted"),
    "absolute": (lambda *a: by_hand(*a, of=tf.abs), "square them"),
    "one number": (lambda *a: tf.reduce_mean(by_hand(*a)), "one for each picture"),
    "a map": (lambda *a: tf.square(a[0] - a[1]), "expected one error a picture"),
    "NumPy": (lambda *a: by_hand(*a).numpy(), "use TensorFlow's functions"),
    "NumPy inside": (through_numpy, "has no slope"),
    "peeking": (peeking, "inside the hole changes the error"),
    "something else": (lambda *a: 2 * by_hand(*a), "expected ["),
}


def test_a_masked_error_by_hand_and_the_helper_are_praised(capsys):
    answers.assert_praised(lesson_12.check_masked_error, by_hand, capsys)
    answers.assert_praised(lesson_12.check_masked_error, gh.imputation.masked_error, capsys)


test_a_wrong_masked_error_is_explained = answers.explained(
    WRONG_ERRORS, lesson_12.check_masked_error
)


# --- Merging -------------------------------------------------------------------------------------


def in_place(images, drawn, known):
    images[np.broadcast_to(known == 0, images.shape)] = 0
    return images


WRONG_MERGES = {
    "inverted": (lambda i, d, k: np.where(k == 1, d, i), "wrong way round"),
    "floats": (lambda i, d, k: np.where(k == 1, i, d).astype(float), "pictures are uint8"),
    "the drawing": (lambda i, d, k: d, "not the expected ones"),
    "mean": (lambda i, d, k: i // 2 + d // 2, "not the expected ones"),
    "in place": (in_place, "changed the arrays"),
    "a part": (lambda i, d, k: d[:1], "has the shape"),
}


def test_merging_by_hand_and_the_helper_are_praised(capsys):
    by_product = lambda images, drawn, known: known * images + (1 - known) * drawn  # noqa: E731
    for answer in (by_product, lambda i, d, k: np.where(k, i, d), gh.imputation.merge):
        answers.assert_praised(lesson_12.check_merge, answer, capsys)


test_a_wrong_merge_is_explained = answers.explained(WRONG_MERGES, lesson_12.check_merge)


# --- The hint ------------------------------------------------------------------------------------

WRONG_HINTS = {
    "zeros": (lambda m, b: b * m, "which also means 'missing'"),
    "ones": (lambda m, b: b * m + (1 - b), "which also means 'known'"),
    "everything": (lambda m, b: m, "nothing to guess"),
    "exchanged": (lambda m, b: (1 - b) * m + 0.5 * b, "told and not told are exchanged"),
    "inverted": (lambda m, b: b * (1 - m) + 0.5 * (1 - b), "known and missing are exchanged"),
    "half added": (lambda m, b: b * m + 0.5, "only where b is 0"),
    "something else": (lambda m, b: 0 * m, "off by up to"),
    "one number": (lambda m, b: 0.5, "has the shape ()"),
}


def test_a_hint_by_hand_and_the_helper_are_praised(capsys):
    answers.assert_praised(lesson_12.check_hint, lambda m, b: b * m + 0.5 * (1 - b), capsys)
    answers.assert_praised(lesson_12.check_hint, lambda m, b: np.where(b == 1, m, 0.5), capsys)
    answers.assert_praised(lesson_12.check_hint, gh.imputation.tables.hint, capsys)


test_a_wrong_hint_is_explained = answers.explained(WRONG_HINTS, lesson_12.check_hint)


# --- Stubs ---------------------------------------------------------------------------------------


test_a_stub_is_not_attempted = answers.untouched(
    [
        (lesson_12.check_masked_error, lambda drawn, pictures, known: ...),
        (lesson_12.check_merge, lambda images, drawn, known: ...),
        (lesson_12.check_hint, lambda mask, told: ...),
    ]
)
