"""From picture to picture: translators that learn from pairs, or without them."""

from gan_helpers.translation.paired import PairedTranslator
from gan_helpers.translation.settings import paired_settings

__all__ = ["PairedTranslator", "paired_settings"]
