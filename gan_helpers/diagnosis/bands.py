"""Curves of good runs, to lay behind one of your own: am I normal?"""

import dataclasses
import importlib.resources
import json

import numpy as np
import scipy.special

from gan_helpers import arguments

STEPS_PER_EPOCH = 100  # of `gh.quick_gan`
LEVEL = 0.99  # of good runs lie inside, at each single step
# Of a curve's points. One side may lead for a hundred steps or two in good runs too.
TOLERATED = 1 / 3
FEWEST = 5  # points; by three of them nobody can tell an excursion from a fault
EDGE = 1e-4  # shares of 0 and 1 have no logit


@dataclasses.dataclass(frozen=True)
class Bands:
    """Where the curves of the standard run lie, step by step.

    Between `low` and `high` a further run lies at a given step with 99 % probability: mean ± t
    standard deviations over the seeds, t by Student's distribution (for eight seeds 3.7). Losses
    and the Fréchet distance are averaged as logarithms and shares as logits, for there runs
    scatter evenly up and down.

    Attributes:
        steps: training steps, float64 (K,).
        low, middle, high: dict of float64 (K,), one entry a curve.
        about: what the standard run is, where it was measured, and how many of its seeds
            `compare_to_bands` reports against the bands of the others.
    """

    steps: np.ndarray
    low: dict
    middle: dict
    high: dict
    about: dict

    @classmethod
    def from_runs(cls, steps, runs, about=None):
        """Return the bands of the runs of several seeds.

        Args:
            steps: training steps of the points, (K,).
            runs: {name of the curve: one list of K values a seed}. Names that end with "accuracy"
                are shares, all others are above 0.
            about: dict, kept with the bands.

        Raises:
            ValueError: for fewer than three seeds, or values that are no shares or not above 0.
        """
        edges = {name: _band(name, np.asarray(values, float)) for name, values in runs.items()}
        low, middle, high = ({name: edge[k] for name, edge in edges.items()} for k in range(3))
        return cls(np.asarray(steps, np.float64), low, middle, high, about or {})

    def at(self, name, steps):
        """Return (low, middle, high) of a curve at other steps, on the way between its points."""
        return tuple(
            np.interp(steps, self.steps, band[name]) for band in (self.low, self.middle, self.high)
        )

    def curves(self, history, steps_per_epoch=STEPS_PER_EPOCH):
        """Return [(name, steps, values)], the curves of a history that can be drawn.

        Raises:
            ValueError: when history holds none of the curves, or nothing within the bands' steps.
        """
        entries = getattr(history, "history", history)
        if not isinstance(entries, dict) or not set(entries) & set(self.middle):
            raise ValueError(
                f"history holds none of {', '.join(self.middle)}; give what GAN.fit returned."
            )
        steps_per_epoch = arguments.whole("steps_per_epoch", steps_per_epoch)
        found = []
        for name in self.middle:
            values = np.asarray(entries.get(name, ()), np.float64)
            steps = steps_per_epoch * np.arange(1, len(values) + 1)
            inside = (steps >= self.steps[0]) & (steps <= self.steps[-1])
            if inside.any():
                found.append((name, steps[inside], values[inside]))
        if not found:
            raise ValueError(
                f"the run has no entry between steps {self.steps[0]:.0f} and "
                f"{self.steps[-1]:.0f}, where the bands lie; train longer."
            )
        return found


# --- Bands from runs -----------------------------------------------------------------------------


def bands():
    """Return the `Bands` of `gh.quick_gan` on MNIST, which `benchmarks/bands.py` has measured."""
    file = importlib.resources.files("gan_helpers.diagnosis") / "bands.json"
    return Bands.from_runs(**json.loads(file.read_text(encoding="utf-8")))


def _band(name, values):
    """Return (low, middle, high), float64 (K,) each, of a curve's values over the seeds (N, K)."""
    count, is_share = len(values), name.endswith("accuracy")
    fits = (values >= 0) & (values <= 1) if is_share else (values > 0) & np.isfinite(values)
    if count < 3 or not fits.all():
        raise ValueError(
            f"{name}: {count} runs with values from {values.min():.3g} to {values.max():.3g}; "
            f"bands need three runs or more, and {'shares' if is_share else 'numbers above 0'}."
        )
    back = scipy.special.expit if is_share else np.exp
    even = scipy.special.logit(np.clip(values, EDGE, 1 - EDGE)) if is_share else np.log(values)
    middle, spread = even.mean(axis=0), even.std(axis=0, ddof=1)
    # Few seeds may lie close together by chance at one step: neighbors say how seeds scatter.
    spread = np.maximum(spread, np.convolve(np.pad(spread, 2, "edge"), np.ones(5) / 5, "valid"))
    t = scipy.special.stdtrit(count - 1, (1 + LEVEL) / 2) * np.sqrt(1 + 1 / count)
    return back(middle - t * spread), back(middle), back(middle + t * spread)


# --- Comparison ----------------------------------------------------------------------------------


def compare_to_bands(history, steps_per_epoch=STEPS_PER_EPOCH, known=None):
    """Say in words where a run on MNIST leaves the bands of the standard run.

    A curve is judged as a whole: it leaves its band when more than a third of its points lie
    outside, or one is not finite. False alarms, simulated for eight seeds with five curves whose
    neighboring points correlate by .8: 1.9 % of good runs with 5 points, .4 % with 10, .1 % with
    15; where single values have heavy tails (Student's t, 3 degrees of freedom): 11, 4 and 1.5 %.

    Args:
        history: the `History` of `GAN.fit`, or its dict: one entry for each `steps_per_epoch`
            training steps. For a `gh.callbacks.ScoreOverTime` with the shipped MNIST net, 1,000
            pictures, every tenth test digit, give `{"fid": score.values[1:]}`.
        steps_per_epoch: training steps between two entries; `gh.quick_gan` has 100.
        known: the `Bands` to compare with, by default those of `bands`.

    Returns:
        A list of sentences, one for each curve that leaves its band; empty for a normal run. What
        is later than the bands' last step is not compared.

    Raises:
        ValueError: when history holds none of the curves, or fewer than five entries within the
            bands' steps.
    """
    known = known or bands()
    found = []
    for name, steps, values in known.curves(history, steps_per_epoch):
        if len(steps) < FEWEST:
            raise ValueError(
                f"{name} has {len(steps)} entries between steps {known.steps[0]:.0f} and "
                f"{known.steps[-1]:.0f}; a verdict needs {FEWEST}: train longer, or look at "
                "gh.plots.bands."
            )
        low, _, high = known.at(name, steps)
        broken = ~np.isfinite(values)
        outside = (values < low) | (values > high) | broken
        if outside.mean() > TOLERATED or broken.any():
            found.append(_sentence(name, steps, values, low, high, outside))
    return found


def _sentence(name, steps, values, low, high, outside):
    worst = np.flatnonzero(outside)[np.argmax(_distance(values, low, high)[outside])]
    side = "above" if values[worst] > high[worst] else "below"
    if not np.isfinite(values[worst]):
        side = "not a number, outside"
    return (
        f"{name} leaves the band at {outside.sum()} of {len(steps)} points; at step "
        f"{steps[worst]:.0f} it is {values[worst]:.3g}, {side} the band "
        f"({low[worst]:.3g} to {high[worst]:.3g})."
    )


def _distance(values, low, high):
    """Return how far values are outside, in widths of the band; infinite for NaN."""
    distance = np.maximum(low - values, values - high) / np.maximum(high - low, 1e-12)
    return np.where(np.isfinite(distance), distance, np.inf)
