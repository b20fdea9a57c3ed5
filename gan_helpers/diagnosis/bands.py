"""Curves of good runs, to lay behind one of your own: am I normal?"""

import dataclasses
import importlib.resources
import json

import numpy as np

STEPS_PER_EPOCH = 100  # of `gh.quick_gan`
# Of a curve's points; some leave a band of 99 % by chance.
TOLERATED = 0.1


@dataclasses.dataclass(frozen=True)
class Bands:
    """Where the curves of the standard run lie, step by step.

    Between `low` and `high` a further run is found with 99 % probability, if runs scatter like a
    Gaussian: mean ± 5.04 standard deviations over five seeds (Student's t with 4 degrees of
    freedom, times the root of 1 + 1/5).

    Attributes:
        steps: training steps, float64 (K,).
        low, middle, high: dict of float64 (K,), one entry a curve. The Fréchet distance was
            averaged on a logarithmic scale.
        about: what the standard run is and where it was measured.
    """

    steps: np.ndarray
    low: dict
    middle: dict
    high: dict
    about: dict

    def at(self, name, steps):
        """Return (low, middle, high) of a curve at other steps, on the way between its points."""
        return tuple(
            np.interp(steps, self.steps, band[name]) for band in (self.low, self.middle, self.high)
        )

    def curves(self, history, steps_per_epoch=STEPS_PER_EPOCH):
        """Return [(name, steps, values)], the curves of a history that can be compared.

        Raises:
            ValueError: as `compare_to_bands`.
        """
        entries = getattr(history, "history", history)
        if not isinstance(entries, dict) or not set(entries) & set(self.middle):
            raise ValueError(
                f"history holds none of {', '.join(self.middle)}; give what GAN.fit returned."
            )
        if not isinstance(steps_per_epoch, int) or steps_per_epoch < 1:
            raise ValueError(
                f"steps_per_epoch is {steps_per_epoch!r}; it must be a whole number from 1 on."
            )
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


def bands():
    """Return the `Bands` of `gh.quick_gan` on MNIST, which `benchmarks/bands.py` has measured."""
    file = importlib.resources.files("gan_helpers.diagnosis") / "bands.json"
    stored = json.loads(file.read_text(encoding="utf-8"))
    curves = {
        key: {name: np.asarray(values) for name, values in stored[key].items()}
        for key in ("low", "middle", "high")
    }
    return Bands(np.asarray(stored["steps"], np.float64), about=stored["about"], **curves)


def compare_to_bands(history, steps_per_epoch=STEPS_PER_EPOCH):
    """Say in words where a run on MNIST leaves the bands of the standard run.

    Args:
        history: the `History` of `GAN.fit`, or its dict: one entry for each `steps_per_epoch`
            training steps. For a `gh.callbacks.ScoreOverTime` with the shipped MNIST net, 1,000
            pictures, every tenth test digit, give `{"fid": score.values[1:]}`.
        steps_per_epoch: training steps between two entries; `gh.quick_gan` has 100.

    Returns:
        A list of sentences, one for each curve of which more than a tenth of the points lie
        outside; empty for a normal run. What is later than the bands' last step is not compared.

    Raises:
        ValueError: when history holds none of the curves, or nothing within the bands' steps.
    """
    known = bands()
    found = []
    for name, steps, values in known.curves(history, steps_per_epoch):
        low, _, high = known.at(name, steps)
        outside = (values < low) | (values > high) | ~np.isfinite(values)
        if outside.mean() > TOLERATED:
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
