"""Lesson 13's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import data
from gan_helpers.exercises import lesson_13

# --- The objective -------------------------------------------------------------------------------


def with_tensorflow(fake_logits, fake, target, adversarial, l1):
    fooled = tf.reduce_mean(tf.nn.softplus(-fake_logits))
    return adversarial * fooled + l1 * tf.reduce_mean(tf.abs(target - fake))


def objective(
    fooled=lambda logits: np.logaddexp(0, -logits).mean(),
    off=lambda gap: np.abs(gap).mean(),
    add=lambda a, b, adversarial, l1: adversarial * a + l1 * b,
):
    def answer(fake_logits, fake, target, adversarial, l1):
        return add(fooled(fake_logits), off(target - fake), adversarial, l1)

    return answer


WRONG_OBJECTIVES = {
    "sign": (objective(fooled=lambda logits: np.logaddexp(0, logits).mean()), "called fake"),
    "squares": (objective(off=lambda gap: np.square(gap).mean()), "L2"),
    "no absolute value": (objective(off=np.mean), "cancel"),
    "sum": (objective(off=lambda gap: np.abs(gap).sum()), "added up"),
    "exchanged": (objective(add=lambda a, b, one, other: other * a + one * b), "exchanged"),
    "no weights": (objective(add=lambda a, b, *_: a + b), "weights are missing"),
    "no L1": (objective(add=lambda a, b, one, other: one * a), "L1 term is missing"),
    "L1 alone": (objective(add=lambda a, b, one, other: other * b), "adversarial term is missing"),
    "difference": (objective(add=lambda a, b, one, other: one * a - other * b), "add them"),
    "per picture": (objective(off=lambda gap: np.abs(gap).mean((1, 2, 3))), "one number"),
    "something else": (objective(add=lambda *_: 1.0), "expected"),
}


@pytest.mark.parametrize("answer", [with_tensorflow, objective()])
def test_the_right_objective_is_praised(answer, capsys):
    answers.assert_praised(lesson_13.check_generator_objective, answer, capsys)


test_a_wrong_objective_is_explained = answers.explained(
    WRONG_OBJECTIVES, lesson_13.check_generator_objective
)


# --- Pairs that do not fit -----------------------------------------------------------------------


def gaps(sources, targets):
    return np.abs(sources.astype(float) - lesson_13.gray(targets)).mean(axis=(1, 2, 3))


def mismatched(sources, targets):
    return np.flatnonzero(gaps(sources, targets) > 2)


WRONG_LISTS = {
    "all": (lambda a, b: np.arange(len(a)), "fits, but is in the list"),
    "the good ones": (lambda a, b: np.flatnonzero(gaps(a, b) < 2), "these are the pairs that fit"),
    "true or false": (lambda a, b: gaps(a, b) > 2, "np.flatnonzero"),
    "none": (lambda a, b: [], "no pair was found"),
    "one": (lambda a, b: mismatched(a, b)[:1], "does not fit, but is not in the list"),
    "coarse": (lambda a, b: np.flatnonzero(gaps(a, b) > 30), "rounding by 1 at most"),
    "gaps": (gaps, "expected a list of numbers"),
    "exact": (
        lambda a, b: np.flatnonzero((a != lesson_13.gray(b)).any(axis=(1, 2, 3))),
        "Rounding makes a difference of one",
    ),
    "bytes": (
        lambda a, b: np.flatnonzero((a - lesson_13.gray(b)).mean(axis=(1, 2, 3)) > 5),
        "uint8 numbers wrap around",
    ),
}


def test_the_wrong_pairs_are_found(capsys):
    answers.assert_praised(lesson_13.check_mismatched, mismatched, capsys)
    as_list = lambda a, b: mismatched(a, b).tolist()  # noqa: E731
    answers.assert_praised(lesson_13.check_mismatched, as_list, capsys)


test_a_wrong_list_is_explained = answers.explained(WRONG_LISTS, lesson_13.check_mismatched)


@pytest.mark.parametrize("seed", range(4))
def test_disordered_pairs_are_wrong_where_it_says(seed):
    pictures = np.random.default_rng(0).integers(0, 256, (10, 4, 4, 3), dtype=np.uint8)
    sources, targets, wrong = lesson_13.disordered_pairs(pictures, seed)
    np.testing.assert_array_equal(sources, lesson_13.gray(pictures))
    fit = [np.array_equal(*pair) for pair in zip(targets, pictures, strict=True)]
    assert np.flatnonzero(np.logical_not(fit)).tolist() == wrong.tolist()
    assert 3 <= len(wrong) <= 6


# --- Evaluation ----------------------------------------------------------------------------------


def translate(generator, sources, training=False, scale=data.scale, unscale=data.unscale):
    return unscale(generator(scale(sources), training=training).numpy())


def in_place(generator, sources):
    drawn = translate(generator, sources)
    sources[:] = 0
    return drawn


WRONG_TRANSLATIONS = {
    "training mode": (lambda *a: translate(*a, training=True), "Use training=False"),
    "training mode, one by one": (
        lambda g, s: np.concatenate([translate(g, one[np.newaxis], training=True) for one in s]),
        "Use training=False",
    ),
    "not scaled": (lambda *a: translate(*a, scale=np.float32), "from 0 to 255"),
    "floats": (lambda *a: translate(*a, unscale=np.asarray), "gh.data.unscale"),
    "truncated": (
        lambda g, s: translate(g, s, unscale=lambda x: ((x + 1) * 127.5).astype(np.uint8)),
        "round before",
    ),
    "one picture": (lambda g, s: translate(g, s[:1]), "the shape (1, 8, 8, 1)"),
    "in place": (in_place, "work on a copy"),
    "something else": (lambda g, s: s, "of the pixels are right"),
}


def test_inference_mode_is_praised(capsys):
    answers.assert_praised(lesson_13.check_translate, translate, capsys)


test_a_wrong_translation_is_explained = answers.explained(
    WRONG_TRANSLATIONS, lesson_13.check_translate
)


# --- Stubs ---------------------------------------------------------------------------------------

STUBS = {
    "objective": (lesson_13.check_generator_objective, lambda *_: ...),
    "pairs": (lesson_13.check_mismatched, lambda *_: ...),
    "translate": (lesson_13.check_translate, lambda *_: ...),
}

test_a_stub_is_not_attempted = answers.untouched(STUBS)
