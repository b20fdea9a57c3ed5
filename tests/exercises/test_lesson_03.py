"""Lesson 03's checks accept right answers and teach from wrong ones."""

import math

import answers
import numpy as np
import pytest

from gan_helpers.exercises import lesson_03


def layers_needed(kernel, stride, side):
    field, distance, count = 1, 1, 0
    while field < side:
        field += (kernel - 1) * distance
        distance *= stride
        count += 1
    return count


def too_early(kernel, stride, side):
    field, distance, count = 1, 1, 0
    while field < side:
        distance *= stride
        field += (kernel - 1) * distance
        count += 1
    return count


def stable(labels, logits):
    return np.mean(np.maximum(logits, 0) - labels * logits + np.log1p(np.exp(-np.abs(logits))))


def probabilities(labels, logits, floor=0.0):
    one = np.maximum(1 / (1 + np.exp(-logits)), floor)
    zero = np.maximum(1 / (1 + np.exp(logits)), floor)
    return -np.mean(labels * np.log(one) + (1 - labels) * np.log(zero))


LOWEST = math.log1p(math.exp(-1)) + math.log(2)
RIGHT = {
    "layers": (lesson_03.check_layers_needed, layers_needed),
    "cross entropy": (lesson_03.check_cross_entropy, stable),
    "culprit": (lesson_03.check_culprit, lambda: ("B", LOWEST)),
    "culprit by three digits": (lesson_03.check_culprit, lambda: ("B", 1.006)),
    "culprit in a small letter": (lesson_03.check_culprit, lambda: ("b", LOWEST)),
}
STUBS = {
    "layers": (lesson_03.check_layers_needed, lambda kernel, stride, side: ...),
    "cross entropy": (lesson_03.check_cross_entropy, lambda labels, logits: ...),
    "culprit": (lesson_03.check_culprit, lambda: ...),
    "culprit in two": (lesson_03.check_culprit, lambda: (..., ...)),
}
WRONG = {
    "no distance": (
        lesson_03.check_layers_needed,
        lambda kernel, stride, side: math.ceil((side - 1) / (kernel - 1)),
        "apart",
    ),
    "distance too early": (lesson_03.check_layers_needed, too_early, "afterwards"),
    "one more": (lesson_03.check_layers_needed, lambda *a: layers_needed(*a) + 1, "too many"),
    "one less": (lesson_03.check_layers_needed, lambda *a: layers_needed(*a) - 1, "too few"),
    "log of sigmoid": (lesson_03.check_cross_entropy, probabilities, "rounds to 0 or 1"),
    "clipped": (
        lesson_03.check_cross_entropy,
        lambda labels, logits: probabilities(labels, logits, 1e-7),
        "Clipping",
    ),
    "sum": (lesson_03.check_cross_entropy, lambda *a: 5 * stable(*a), "mean"),
    "sign": (lesson_03.check_cross_entropy, lambda *a: -stable(*a), "sign"),
    "no mean": (
        lesson_03.check_cross_entropy,
        lambda labels, logits: np.logaddexp(0, logits) - labels * logits,
        "one number",
    ),
    "reals only": (
        lesson_03.check_cross_entropy,
        lambda labels, logits: np.mean(np.logaddexp(0, -logits)),
        "all labels as 1",
    ),
    "fakes only": (
        lesson_03.check_cross_entropy,
        lambda labels, logits: np.mean(np.logaddexp(0, logits)),
        "all labels as 0",
    ),
    "swapped": (lesson_03.check_cross_entropy, lambda y, c: stable(1 - y, c), "swapped"),
    "healthy one": (lesson_03.check_culprit, lambda: ("C", LOWEST), "healthy"),
    "swapped labels": (lesson_03.check_culprit, lambda: ("A", LOWEST), "swapped"),
    "small steps": (lesson_03.check_culprit, lambda: ("D", LOWEST), "too small"),
    "no letter": (lesson_03.check_culprit, lambda: ("E", LOWEST), "A to D"),
    "zero": (lesson_03.check_culprit, lambda: ("B", 0.0), "taken as a logit"),
    "mean of both": (lesson_03.check_culprit, lambda: ("B", LOWEST / 2), "mean"),
    "one half": (lesson_03.check_culprit, lambda: ("B", math.log(2)), "one half"),
}

test_right_answers_pass = answers.praised(RIGHT)
test_stubs_are_not_attempted = answers.untouched(STUBS)

test_wrong_answers_are_told_why = pytest.mark.filterwarnings(
    "ignore:overflow", "ignore:divide by zero", "ignore:invalid value"
)(answers.explained(WRONG))


def test_runs_of_the_riddle_have_their_symptoms(digits):
    reals = digits[:256].astype(np.float32) / 127.5 - 1
    fakes = np.random.default_rng(0).uniform(-1, 1, reals.shape)
    runs = lesson_03.suspects(reals, fakes)
    end = {letter: (run["loss"][-1], run["accuracy"][-1]) for letter, run in runs.items()}
    assert end["A"][0] < 0.1 and end["A"][1] < 0.01
    assert LOWEST < end["B"][0] < LOWEST + 0.1 and end["B"][1] > 0.99
    assert end["C"][0] < 0.1 and end["C"][1] > 0.99
    assert end["D"][0] > 1.2
