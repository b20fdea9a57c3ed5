"""The paired comparison against Student's own table, scipy, and a simulation."""

import warnings

import numpy as np
import pytest
import scipy.stats

import gan_helpers as gh

# Student 1908, section IX: hours of sleep gained by ten patients with each of two drugs.
SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]


def test_students_sleepers():
    found = gh.evaluation.paired_comparison(SECOND, FIRST)
    assert found.count == 10
    assert found.difference == pytest.approx(1.58)
    assert found.difference / found.standard_error == pytest.approx(4.0621, abs=1e-4)
    assert found.p_value == pytest.approx(0.002833, abs=1e-6)
    assert (found.low, found.high) == pytest.approx((0.7001, 2.4599), abs=1e-4)
    assert str(found) == "+1.58 (95 %: +0.70 to +2.46), paired t-test p = 0.003, 10 pairs"


def test_a_tiny_p_value_is_not_printed_as_none():
    found = gh.evaluation.paired_comparison([1.0, 1.1, 1.0, 1.1, 1.0], [0.0] * 5)
    assert 0 < found.p_value < 0.0005 and "t-test p < 0.001, 5 pairs" in str(found)


def test_exchanged_it_is_the_same_test():
    one = gh.evaluation.paired_comparison(SECOND, FIRST)
    other = gh.evaluation.paired_comparison(FIRST, SECOND)
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
    assert other.p_value == pytest.approx(one.p_value)
    assert other.p_wilcoxon == pytest.approx(one.p_wilcoxon)


def test_what_both_runs_share_drops_out():
    random = np.random.default_rng(0)
    shared = random.normal(0, 100, 6)
    a, b = random.normal(1, 0.1, 6), random.normal(0, 0.1, 6)
    far, near = (gh.evaluation.paired_comparison(a + x, b + x) for x in (shared, 0))
    assert far.p_value == pytest.approx(near.p_value) and far.p_value < 0.001
    assert scipy.stats.ttest_ind(a + shared, b + shared).pvalue > 0.5


def test_wilcoxon_cannot_convince_with_five_pairs():
    found = gh.evaluation.paired_comparison([1.1, 2.3, 3.2, 4.5, 5.4], np.arange(5))
    assert found.p_value < 0.001 and found.p_wilcoxon == pytest.approx(2 / 2**5)


def test_intervals_hold_the_truth_as_often_as_they_say():
    random = np.random.default_rng(1)
    pairs = random.normal(size=(2, 1000, 5)) + random.normal(0, 3, (1000, 5))
    found = [gh.evaluation.paired_comparison(a + 0.5, b) for a, b in zip(*pairs, strict=True)]
    held = np.mean([one.low < 0.5 < one.high for one in found])
    assert abs(held - 0.95) < 0.025
    same = [gh.evaluation.paired_comparison(a, b) for a, b in zip(*pairs, strict=True)]
    assert abs(np.mean([one.p_value < 0.05 for one in same]) - 0.05) < 0.025


@pytest.mark.parametrize(("a", "p"), [([2.0, 3.0, 4.0], 1.0), ([3.0, 4.0, 5.0], 0.0)])
def test_equal_differences_give_no_warning(a, p):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gh.evaluation.paired_comparison(a, [2.0, 3.0, 4.0])
    assert (found.standard_error, found.p_value, found.low) == (0.0, p, found.high)


def test_some_ties_give_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = gh.evaluation.paired_comparison([1.0, 2.0, 3.0, 4.0, 5.5], [1.0, 2.0, 2.0, 3.0, 5])
    assert 0 < found.p_wilcoxon <= 1


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], "a pair is one run of each"),
        ([1.0], [2.0], "two runs or more"),
        ([[1.0, 2.0]], [[1.0, 2.0]], r"\(1, 2\)"),
        (["x", "y"], [1.0, 2.0], "one number a run"),
        ([1.0, np.nan], [1.0, 2.0], "a holds NaN"),
        ([1.0, 2.0], [np.inf, 2.0], "b holds NaN or infinity"),
    ],
)
def test_bad_scores_are_refused(a, b, says):
    with pytest.raises(ValueError, match=says):
        gh.evaluation.paired_comparison(a, b)
