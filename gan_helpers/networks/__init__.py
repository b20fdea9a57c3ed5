"""Generators and discriminators, as plain Keras models."""

from gan_helpers.networks.images import (
    CONDITIONINGS,
    FAMILIES,
    FIRST_SIDE,
    discriminator,
    generator,
    stage_filters,
)
from gan_helpers.networks.layers import EnlargingConvolution, Tanh
from gan_helpers.networks.plane import (
    FourierFeatures,
    Pack,
    Unpack,
    plane_discriminator,
    plane_generator,
)
from gan_helpers.networks.translation import (
    NORMALIZATIONS,
    DepthToSpace,
    patch_discriminator,
    unet,
)

__all__ = [
    "CONDITIONINGS",
    "FAMILIES",
    "FIRST_SIDE",
    "NORMALIZATIONS",
    "DepthToSpace",
    "EnlargingConvolution",
    "FourierFeatures",
    "Pack",
    "Tanh",
    "Unpack",
    "discriminator",
    "generator",
    "patch_discriminator",
    "plane_discriminator",
    "plane_generator",
    "stage_filters",
    "unet",
]
