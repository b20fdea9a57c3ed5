"""Generators and discriminators, as plain Keras models."""

from gan_helpers.networks.images import (
    FAMILIES,
    FIRST_SIDE,
    discriminator,
    generator,
    stage_filters,
)

__all__ = ["FAMILIES", "FIRST_SIDE", "discriminator", "generator", "stage_filters"]
