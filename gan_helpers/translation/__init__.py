"""From picture to picture."""

from gan_helpers.translation.colors import match_histogram
from gan_helpers.translation.pool import ImagePool
from gan_helpers.translation.unpaired import UnpairedTranslator

__all__ = ["ImagePool", "UnpairedTranslator", "match_histogram"]
