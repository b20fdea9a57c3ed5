"""Ways through the latent space."""

import numpy as np

from gan_helpers import arguments
from gan_helpers.plots import pictures


def interpolate(start, end, steps=8, method="spherical"):
    """Return latent vectors on the way from one to another, float32 (steps, latent_dim).

    "linear":    (1 - t) a + t b
    "spherical": sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b, w the angle between a and b
                 (White 2016, "Sampling Generative Networks"): stays at the distance from the
                 origin where nearly all latent vectors lie, which the straight line leaves.

    Args:
        start, end: float arrays (latent_dim,).
        steps: number of vectors, both ends included, at least 2.
        method: "spherical" or "linear".
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(
            f"start and end have the shapes {start.shape} and {end.shape}; expected (latent_dim,)."
        )
    steps = arguments.whole("steps", steps, 2)
    if method not in ("spherical", "linear"):
        raise ValueError(f"method is {method!r}; allowed are spherical, linear.")
    t = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
    straight = ((1 - t) * start + t * end).astype(np.float32)
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    if method == "linear" or lengths == 0:
        return straight
    angle = np.arccos(np.clip(start @ end / lengths, -1.0, 1.0))
    if np.sin(angle) < 1e-6:  # parallel: the sphere has no single shortest way
        return straight
    weights = np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle)
    return (weights[0] * start + weights[1] * end).astype(np.float32)


def interpolation(gan, start, end, steps=10, condition=None):
    """Return a figure of the pictures along the straight and the spherical way.

    Args:
        gan: a `gh.GAN` of pictures.
        start, end, steps: as for `interpolate`.
        condition: for a conditional GAN, the one that holds all along the way: a label, or an
            array that is one condition, such as a picture (H, W, C).

    Raises:
        ValueError: for a conditional GAN without a condition.
    """
    steps = arguments.whole("steps", steps, 2)
    if condition is None and getattr(gan, "conditional", False):
        raise ValueError(
            "condition is missing; give the one of the whole way, for example a label."
        )
    if condition is not None:
        condition = np.stack([condition] * steps)
    methods = ("linear", "spherical")
    rows = [
        gan.generate(latent=interpolate(start, end, steps, method), condition=condition)
        for method in methods
    ]
    return pictures.film(rows, methods, steps)
