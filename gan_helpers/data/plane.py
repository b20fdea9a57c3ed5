"""Points in the plane whose distribution is known: mixtures of small round Gaussians.

A GAN of points trains in seconds and hides nothing: what it lost is seen at a glance, and can be
counted exactly, because the centers are known.
"""

import dataclasses

import numpy as np

from gan_helpers import arguments


@dataclasses.dataclass(frozen=True, eq=False)
class Mixture:
    """Equally likely Gaussians, all round and of one size: the modes of a distribution.

    Your own points make one too: `Mixture(points, deviation)` spreads each of them a little.

    Args:
        centers: float array (M, 2), the middle of each mode.
        deviation: standard deviation of each mode along either axis, above 0.

    Raises:
        ValueError: for centers of another shape or without numbers, or a deviation out of range.
    """

    centers: np.ndarray
    deviation: float

    def __post_init__(self):
        try:
            centers = np.array(self.centers, dtype=np.float64)
        except (TypeError, ValueError):
            centers = np.empty(0)
        if centers.ndim != 2 or centers.shape[1] != 2 or not len(centers):
            raise ValueError(
                f"centers has the shape {np.shape(self.centers)}; expected points (M, 2), for "
                "example [[0, 0], [1, 2]]."
            )
        if not np.isfinite(centers).all():
            raise ValueError("centers holds NaN or infinity.")
        arguments.number("deviation", self.deviation, above=0)
        centers.setflags(write=False)
        object.__setattr__(self, "centers", centers)  # the way to set a field of a frozen class

    def sample(self, count, seed=0):
        """Draw points at random.

        Args:
            count: how many, at least 1.
            seed: whole number from 0 on; the same one gives the same points.

        Returns:
            points: float32 (count, 2). modes: int64 (count,), the number of each point's center.

        Raises:
            ValueError: for a count below 1, or a seed that is no whole number from 0 on.
        """
        count = arguments.whole("count", count)
        random = np.random.default_rng(arguments.whole("seed", seed, 0))
        modes = random.integers(len(self.centers), size=count)
        points = self.centers[modes] + self.deviation * random.standard_normal((count, 2))
        return points.astype(np.float32), modes


def ring(count=8, radius=1.0, deviation=0.01):
    """Return modes on a circle, by default the eight of PacGAN's 2D-ring.

    Lin et al. 2018, "PacGAN: The power of two samples in generative adversarial networks",
    section 4.1.

    Args:
        count: number of modes, at least 1; the first lies on the positive x axis.
        radius: of the circle, above 0.
        deviation: of each mode.

    Raises:
        ValueError: for a count, radius or deviation out of range.
    """
    count = arguments.whole("count", count)
    arguments.number("radius", radius, above=0)
    angles = 2 * np.pi * np.arange(count) / count
    return Mixture(radius * np.stack([np.cos(angles), np.sin(angles)], axis=1), deviation)


def grid(side=5, spacing=2.0, deviation=0.05):
    """Return modes on a square grid around the origin, by default the 25 of PacGAN's 2D-grid.

    Srivastava et al. 2017, "VEEGAN: Reducing Mode Collapse in GANs using Implicit Variational
    Learning", section 4.1; with these numbers in Lin et al. 2018 (PacGAN).

    Args:
        side: modes along each side, at least 1.
        spacing: distance between neighboring modes, above 0.
        deviation: of each mode.

    Raises:
        ValueError: for a side, spacing or deviation out of range.
    """
    side = arguments.whole("side", side)
    arguments.number("spacing", spacing, above=0)
    line = spacing * (np.arange(side) - (side - 1) / 2)
    return Mixture(np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2), deviation)


def spiral(count=40, turns=2.0, radius=1.0, deviation=0.02):
    """Return modes along a spiral that opens evenly, close enough to look like one line.

    Args:
        count: number of modes, at least 2.
        turns: how often it goes around, above 0.
        radius: of its outer end, above 0.
        deviation: of each mode.

    Raises:
        ValueError: for a count, turns, radius or deviation out of range.
    """
    count = arguments.whole("count", count, 2)
    arguments.number("turns", turns, above=0)
    arguments.number("radius", radius, above=0)
    # Length grows with the square of the angle: equal steps along the line need its root.
    share = np.sqrt(np.linspace(0.02, 1.0, count))
    angles = 2 * np.pi * turns * share
    line = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return Mixture(radius * share[:, np.newaxis] * line, deviation)


# The sets that `gh.data.load` draws: PacGAN trains on 100,000 points and scores 2,500.
MIXTURES = {"ring": ring, "grid": grid}
COUNTS = {"train": 100_000, "test": 2_500}


def drawn(name, split):
    """Return (points, modes) of a named mixture, the same at each call; no point in both splits.

    Args:
        name: a key of `MIXTURES`. split: a key of `COUNTS`.
    """
    return MIXTURES[name]().sample(COUNTS[split], seed=list(COUNTS).index(split))
