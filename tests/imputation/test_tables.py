"""GAIN's equations by hand, and a table whose missing cells can be known."""

import random

import numpy as np
import pytest
import sklearn.base
import sklearn.impute
import tensorflow as tf

import gan_helpers as gh
from gan_helpers.imputation import tables

RANDOM = np.random.default_rng(0)
MASK, TOLD = (RANDOM.random((2, 40, 3)) < 0.6).astype(np.float32)
LOGITS = RANDOM.normal(size=(40, 3)).astype(np.float32)
BELIEVED = 1 / (1 + np.exp(-LOGITS.astype(float)))


def linear_table(rows=400, seed=0):
    """Return a table whose three columns are one number, up to little noise, with other units."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(rows, 1))
    noisy = hidden * [1.0, -1.0, 1.0] + 0.05 * random.normal(size=(rows, 3))
    return noisy * [1.0, 100.0, 0.01] + [0.0, 5000.0, -3.0]


def with_holes(table, share=0.2, seed=1):
    hidden = np.random.default_rng(seed).random(table.shape) < share
    return np.where(hidden, np.nan, table), hidden


# --- The equations -------------------------------------------------------------------------------


def test_hint_is_the_mask_where_told_and_a_half_elsewhere():
    found = tables.hint(MASK, TOLD)
    assert np.array_equal(found, np.where(TOLD == 1, MASK, 0.5))


def test_losses_are_cross_entropies_over_the_cells_to_guess():
    guess = TOLD == 0
    entropy = -(MASK * np.log(BELIEVED) + (1 - MASK) * np.log(1 - BELIEVED))
    found = tables.guessing_error(MASK, LOGITS, TOLD)
    assert float(found) == pytest.approx(entropy[guess].mean(), rel=1e-5)
    fooling = -((1 - MASK) * np.log(BELIEVED))
    found = tables.fooling_error(MASK, LOGITS, TOLD)
    assert float(found) == pytest.approx(fooling[guess].mean(), rel=1e-5)


def test_told_cells_have_no_slope_and_no_guess_costs_nothing():
    logits = tf.Variable(LOGITS)
    for loss in (tables.guessing_error, tables.fooling_error):
        with tf.GradientTape() as tape:
            value = loss(MASK, logits, TOLD)
        assert np.all(tape.gradient(value, logits).numpy()[TOLD == 1] == 0)
        assert float(loss(MASK, LOGITS, np.ones_like(TOLD))) == 0.0


def test_draws_have_the_shares_that_are_asked_for():
    gain = gh.imputation.Gain(hide=0.2, hint_rate=0.9)
    _, noise, told, shown = tables._draws(0, 3, (64, 400), gain)
    assert np.mean(told) == pytest.approx(0.9, abs=0.01)
    assert np.mean(shown) == pytest.approx(0.8, abs=0.01)
    assert np.std(noise) == pytest.approx(tables.NOISE, rel=0.02)


# --- The imputer ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "factor"),
    [({"steps": 1000, "hide": 0.0, "hint_rate": 0.5}, 0.5), ({"steps": 300, "hide": 0.2}, 0.3)],
)
def test_a_linear_relation_is_found_better_than_by_the_mean(settings, factor):
    table = linear_table()
    holes, hidden = with_holes(table)
    guessed = gh.imputation.Gain(**settings, seed=1).fit_transform(holes)
    mean = sklearn.impute.SimpleImputer().fit_transform(holes)

    def error(filled):
        return np.sqrt(np.mean(((filled - table) / table.std(axis=0))[hidden] ** 2))

    assert error(guessed) < factor * error(mean)


def test_known_cells_stay_bit_for_bit_and_seeds_repeat():
    holes, hidden = with_holes(linear_table(60))
    first = gh.imputation.Gain(steps=5, seed=2).fit_transform(holes)
    again = gh.imputation.Gain(steps=5, seed=2).fit_transform(holes)
    other = gh.imputation.Gain(steps=5, seed=3).fit_transform(holes)
    assert first.dtype == np.float64 and first.shape == holes.shape
    assert np.array_equal(first[~hidden], holes[~hidden])
    assert np.isfinite(first).all()
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_fit_leaves_the_global_random_state_alone():
    holes, _ = with_holes(linear_table(60))
    random.seed(0)
    wanted = [random.random(), random.random()]
    random.seed(0)
    found = [random.random()]
    gh.imputation.Gain(steps=2).fit(holes)
    assert [*found, random.random()] == wanted


def test_rows_that_fit_never_saw_are_filled():
    holes, _ = with_holes(linear_table(60))
    gain = gh.imputation.Gain(steps=3).fit(holes)
    fresh, hidden = with_holes(linear_table(7, seed=5), share=0.5)
    found = gain.transform(fresh)
    assert np.array_equal(found[~hidden], fresh[~hidden]) and np.isfinite(found).all()
    assert np.isfinite(gain.transform(np.full((1, 3), np.nan))).all()


def test_a_column_that_never_changes_is_no_trouble():
    holes, _ = with_holes(linear_table(60))
    holes[~np.isnan(holes[:, 0]), 0] = 4.0
    assert np.allclose(gh.imputation.Gain(steps=40).fit_transform(holes)[:, 0], 4.0, atol=2.0)


def test_settings_are_those_of_an_estimator():
    gain = gh.imputation.Gain(steps=7, alpha=3.0)
    assert sklearn.base.clone(gain).get_params() == gain.get_params()
    assert gain.get_params()["steps"] == 7


GOOD = with_holes(linear_table(20))[0]


@pytest.mark.parametrize(
    ("settings", "table", "words"),
    [
        ({}, GOOD[0], "expected rows and columns"),
        ({}, [["a", "b"]], "no number"),
        ({}, np.where(np.isnan(GOOD), np.inf, GOOD), "infinity"),
        ({}, np.column_stack([GOOD, np.full(20, np.nan)]), "column 3 has no known cell"),
        ({"steps": 0}, GOOD, "steps is 0"),
        ({"seed": -1}, GOOD, "seed is -1"),
        ({"units": 0}, GOOD, "units is 0"),
        ({"hide": 1.0}, GOOD, "hide is 1.0"),
        ({"hint_rate": -0.1}, GOOD, "hint_rate is -0.1"),
        ({"alpha": -1}, GOOD, "alpha is -1"),
    ],
)
def test_bad_input_is_refused(settings, table, words):
    with pytest.raises(ValueError, match=words):
        gh.imputation.Gain(**settings).fit(table)


def test_transform_before_fit_and_other_columns_are_refused():
    with pytest.raises(ValueError, match="call fit first"):
        gh.imputation.Gain().transform(GOOD)
    with pytest.raises(ValueError, match="X has 2 columns; fit saw 3"):
        gh.imputation.Gain(steps=1).fit(GOOD).transform(GOOD[:, :2])
