"""From picture to picture: translators that learn from pairs, or without them."""

from gan_helpers.translation.paired import PairedTranslator

__all__ = ["PairedTranslator"]
