"""Filling in what is missing: holes in pictures, cells in tables.

Masks are 1 where a value is known and 0 where it is missing (`gh.data.masks` makes them).
"""

from gan_helpers.imputation.completer import (
    Completer,
    complete,
    conceal,
    energy_score,
    pipeline,
    train_completer,
)
from gan_helpers.imputation.fillings import fill_mean, fill_nearest, fill_smooth
from gan_helpers.imputation.masked import hole_error, masked_error, merge
from gan_helpers.imputation.networks import discriminator, generator
from gan_helpers.imputation.search import complete_by_search
from gan_helpers.imputation.tables import Gain

__all__ = [
    "Completer",
    "Gain",
    "complete",
    "complete_by_search",
    "conceal",
    "discriminator",
    "energy_score",
    "fill_mean",
    "fill_nearest",
    "fill_smooth",
    "generator",
    "hole_error",
    "masked_error",
    "merge",
    "pipeline",
    "train_completer",
]
