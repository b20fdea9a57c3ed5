"""From picture to picture: translators that learn from pairs, or without them."""

from gan_helpers.translation.colors import match_histogram
from gan_helpers.translation.paired import PairedTranslator
from gan_helpers.translation.pool import ImagePool
from gan_helpers.translation.settings import paired_settings
from gan_helpers.translation.unpaired import UnpairedTranslator

__all__ = [
    "ImagePool",
    "PairedTranslator",
    "UnpairedTranslator",
    "match_histogram",
    "paired_settings",
]
