"""Lesson 11's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np

from gan_helpers import data, evaluation
from gan_helpers.exercises import lesson_11

# --- The leak ------------------------------------------------------------------------------------


def by_bytes(gan_pictures, test):
    known = {picture.tobytes() for picture in gan_pictures}
    return [i for i, picture in enumerate(test) if picture.tobytes() in known]


def by_comparing_all(gan_pictures, test):
    return np.flatnonzero([(gan_pictures == one).all(axis=(1, 2, 3)).any() for one in test])


def by(describe):
    """Return an answer that takes two pictures for one where `describe` says the same of both."""

    def leaks(gan_pictures, test):
        known = {describe(picture) for picture in gan_pictures}
        return [i for i, picture in enumerate(test) if describe(picture) in known]

    return leaks


def same_place(gan_pictures, test):
    count = min(len(gan_pictures), len(test))
    return np.flatnonzero((gan_pictures[:count] == test[:count]).all(axis=(1, 2, 3)))


def for_each_of_the_gans(gan_pictures, test):
    return [i for one in gan_pictures for i in np.flatnonzero((test == one).all(axis=(1, 2, 3)))]


def first_only(gan_pictures, test):
    firsts = {}
    for i, picture in enumerate(test):
        firsts.setdefault(picture.tobytes(), i)
    return sorted(firsts[one.tobytes()] for one in np.unique(gan_pictures, axis=0)
                  if one.tobytes() in firsts)  # fmt: skip


WRONG_LEAKS = {
    "places in the GAN's set": (lambda gan, test: data.overlap(gan, test), "places in test"),
    "outside of test": (lambda gan, test: [len(test)], "outside of test"),
    "same place": (same_place, "same place"),
    "each of the GAN's": (for_each_of_the_gans, "more than once"),
    "first of two": (first_only, "is missed"),
    "nothing": (lambda gan, test: [], "is missed"),
    "everything": (lambda gan, test: np.arange(len(test)), "is accused"),
    "by sum": (by(lambda picture: int(picture.sum())), "is accused"),
    "by sorted gray levels": (by(lambda picture: tuple(np.sort(picture.ravel()))), "is accused"),
    "by high bits": (by(lambda picture: (picture >> 1).tobytes()), "is accused"),
    "a mask": (lambda gan, test: np.zeros(len(test), bool), "np.flatnonzero"),
    "a number": (lambda gan, test: len(by_bytes(gan, test)), "list of indices"),
    "floats": (lambda gan, test: np.array([0.5]), "whole numbers"),
    "an error": (lambda gan, test: gan[10**6], "IndexError"),
    "no function": ([1, 2], "expected a function"),
}


def test_leaks_found_in_any_way_are_praised(capsys):
    def by_helper(gan, test):
        return data.overlap(test, gan)

    for answer in (by_bytes, by_comparing_all, by_helper, lambda *both: set(by_bytes(*both))):
        answers.assert_praised(lesson_11.check_leaks, answer, capsys)


test_wrong_leaks_are_explained = answers.explained(WRONG_LEAKS, lesson_11.check_leaks)


# --- Differences in pairs ------------------------------------------------------------------------


def by_hand(a, b, ddof=1, power=0.5):
    gaps = a - b
    return gaps.mean(), gaps.std(ddof=ddof) / len(gaps) ** power


def by_helper(a, b):
    found = evaluation.paired_comparison(a, b)
    return found.difference, found.standard_error


def unpaired(a, b):
    return a.mean() - b.mean(), np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / len(a))


WRONG_PAIRS = {
    "unpaired": (unpaired, "unpaired runs"),
    "turned": (lambda a, b: by_hand(b, a), "asked for is a - b"),
    "divided by n": (lambda a, b: by_hand(a, b, ddof=0), "say ddof=1."),
    "deviation": (lambda a, b: by_hand(a, b, power=0), "divide it by sqrt(n)"),
    "deviation, divided by n": (lambda a, b: by_hand(a, b, 0, 0), "say ddof=1, and divide"),
    "no root of n": (lambda a, b: by_hand(a, b, power=1), "root of n, not by n"),
    "squared": (lambda a, b: (np.mean(a - b), by_hand(a, b)[1] ** 2), "take the root"),
    "another mean": (lambda a, b: (0.0, 1.0), "expected"),
    "another error": (lambda a, b: (np.mean(a - b), 9.0), "expected"),
    "all differences": (lambda a, b: (a - b, 1.0), "one number"),
    "one number": (lambda a, b: np.mean(a - b), "two numbers"),
    "one blank": (lambda a, b: (1.0, ...), "its standard error: still to be filled in"),
}


def test_pairs_by_hand_and_by_helper_are_praised(capsys):
    answers.assert_praised(lesson_11.check_paired, by_hand, capsys)
    answers.assert_praised(lesson_11.check_paired, by_helper, capsys)
    answers.assert_praised(lesson_11.check_paired, lambda a, b: np.array(by_hand(a, b)), capsys)


test_wrong_pairs_are_explained = answers.explained(WRONG_PAIRS, lesson_11.check_paired)


# --- Stubs ---------------------------------------------------------------------------------------

STUBS = {
    "leaks": (lesson_11.check_leaks, lambda gan_pictures, test: ...),
    "pairs": (lesson_11.check_paired, lambda a, b: (..., ...)),
}

test_a_stub_is_not_attempted = answers.untouched(STUBS)
