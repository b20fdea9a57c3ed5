"""Static pictures in one style. Each function returns a matplotlib Figure; `show` displays it."""

from gan_helpers.plots.classes import class_table, confusion
from gan_helpers.plots.curves import bands, histogram, loss_curves, score_curve
from gan_helpers.plots.latent import interpolate, interpolation
from gan_helpers.plots.pictures import animation, batches, film, image_grid, neighbors, tile
from gan_helpers.plots.plane import PlaneFrame, plane_film, plane_frame, plane_picture
from gan_helpers.plots.style import (
    DISCRIMINATOR,
    FAKE,
    GENERATOR,
    MARK,
    NEUTRAL,
    REAL,
    STYLE,
    figure,
    png,
    show,
)

__all__ = [
    "DISCRIMINATOR",
    "FAKE",
    "GENERATOR",
    "MARK",
    "NEUTRAL",
    "REAL",
    "STYLE",
    "PlaneFrame",
    "animation",
    "bands",
    "batches",
    "class_table",
    "confusion",
    "figure",
    "film",
    "histogram",
    "image_grid",
    "interpolate",
    "interpolation",
    "loss_curves",
    "neighbors",
    "plane_film",
    "plane_frame",
    "plane_picture",
    "png",
    "score_curve",
    "show",
    "tile",
]
