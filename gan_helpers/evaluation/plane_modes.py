"""How many modes of a known mixture a GAN of points has found, and how well it draws them."""

import numpy as np
import scipy.stats

from gan_helpers.data import plane
from gan_helpers.evaluation import distances

HIGH_QUALITY = 3.0  # standard deviations


def plane_coverage(points, mixture):
    """Count the modes that are found, and the share of points that lie in one.

    The protocol of VEEGAN (Srivastava et al. 2017, section 4.1) and PacGAN (Lin et al. 2018),
    there with 2,500 points: a point is of high quality when it lies less than three standard
    deviations from the nearest center; a mode is found when at least one point of high quality
    belongs to it. The mixture itself scores 1 - exp(-9 / 2) = 98.9 %.

    Args:
        points: float array (N, 2), drawn by the generator.
        mixture: the `gh.data.Mixture` that the GAN was trained on, of M modes.

    Returns:
        A dict. modes: number of modes found, 0 to M. high_quality: share of points of high
        quality, 0 to 1. kl: sum p log(p M) in nats, how far the modes' shares p of the points of
        high quality are from equal, 0 to log M; NaN when there are no such points. n: N.

    Raises:
        ValueError: for points of another shape or with broken numbers, or no `Mixture`.
    """
    if not isinstance(mixture, plane.Mixture):
        raise ValueError(
            f"mixture is a {type(mixture).__name__}; expected a Mixture such as gh.data.grid()."
        )
    points = np.asarray(points)
    if points.ndim != 2 or points.shape[1] != 2 or not len(points):
        raise ValueError(f"points has the shape {points.shape}; expected (N, 2).")
    if not np.issubdtype(points.dtype, np.number) or not np.isfinite(points).all():
        raise ValueError("points holds NaN, infinity or what is no number.")
    nearest, lengths = distances.nearest(points, mixture.centers)
    good = lengths < HIGH_QUALITY * mixture.deviation
    counts = np.bincount(nearest[good], minlength=len(mixture.centers))
    return {
        "modes": int(np.count_nonzero(counts)),
        "high_quality": float(good.mean()),
        "kl": float(scipy.stats.entropy(counts, np.ones(len(counts)))),
        "n": len(points),
    }
