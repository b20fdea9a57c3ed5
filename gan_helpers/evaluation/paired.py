"""Is one way better than another? Differences of runs that share all else."""

import dataclasses
import math

import numpy as np
import scipy.stats

LEVEL = 0.95  # of the confidence interval


@dataclasses.dataclass(frozen=True)
class PairedComparison:
    """What `paired_comparison` found; print it.

    Attributes:
        difference: mean of a - b.
        standard_error: of this mean, s / sqrt(n), with s the deviation of the n differences.
        low, high: the interval around it that holds the true mean difference in 95 % of cases,
            were the differences normally distributed.
        p_value: of the paired t-test: how often chance alone gives a difference as large, where
            there is none.
        p_wilcoxon: the same by Wilcoxon's signed-rank test, which asks for order alone. With n
            pairs it is at least 2 / 2^n: with five it cannot come below .0625.
        count: n.
    """

    difference: float
    standard_error: float
    low: float
    high: float
    p_value: float
    p_wilcoxon: float
    count: int

    def __str__(self):
        p_value = f"p = {self.p_value:.3f}" if self.p_value >= 0.0005 else "p < 0.001"
        digits = 2  # of points in percent; shares from 0 to 1 need more
        if self.standard_error > 0:
            digits = max(2, 1 - math.floor(math.log10(self.standard_error)))
        mean, low, high = (f"{x:+.{digits}f}" for x in (self.difference, self.low, self.high))
        return (
            f"{mean} ({100 * LEVEL:.0f} %: {low} to {high}), paired t-test {p_value}, "
            f"{self.count} pairs"
        )


def paired_comparison(a, b):
    """Compare two ways by runs in pairs: a[i] and b[i] differ in the way and in nothing else.

    What both runs of a pair share, such as the labeled pictures that the seed has chosen, drops
    out of their difference d = a - b; the question is only whether the mean of d is 0:
    t = mean(d) / (s / sqrt(n)) (Student 1908, "The Probable Error of a Mean").

    Args:
        a, b: floats (n,), n of 2 or more: one score a run, in the same order of seeds.

    Returns:
        A `PairedComparison`.

    Raises:
        ValueError: for arrays that are not of one length of 2 or more, NaN or infinity.
    """
    a, b = (_checked(values, name) for values, name in ((a, "a"), (b, "b")))
    if len(a) != len(b):
        raise ValueError(
            f"a has {len(a)} runs and b has {len(b)}; a pair is one run of each, of one seed."
        )
    gaps = a - b
    error = float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
    if error == 0.0:  # all differences are equal: nothing is left to chance
        p_value = 0.0 if gaps[0] else 1.0
    else:
        p_value = float(scipy.stats.ttest_rel(a, b).pvalue)
    reach = error * scipy.stats.t.ppf((1 + LEVEL) / 2, len(gaps) - 1)
    return PairedComparison(
        difference=float(gaps.mean()),
        standard_error=error,
        low=float(gaps.mean() - reach),
        high=float(gaps.mean() + reach),
        p_value=p_value,
        p_wilcoxon=float(scipy.stats.wilcoxon(gaps).pvalue) if gaps.any() else 1.0,
        count=len(gaps),
    )


def _checked(values, name):
    values = np.asarray(values)
    if values.ndim != 1 or len(values) < 2 or not np.issubdtype(values.dtype, np.number):
        raise ValueError(
            f"{name} has the shape {values.shape} and holds {values.dtype}; expected one number a "
            "run, (n,), of two runs or more."
        )
    if not np.isfinite(values).all():
        raise ValueError(f"{name} holds NaN or infinity: {values.tolist()}.")
    return values.astype(np.float64)
