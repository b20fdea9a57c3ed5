"""Generators and discriminators, as plain Keras models."""

from gan_helpers.networks.images import (
    CONDITIONINGS,
    FAMILIES,
    FIRST_SIDE,
    discriminator,
    from_class_vectors,
    generator,
    stage_filters,
)
from gan_helpers.networks.layers import EnlargingConvolution, KeepKnown, Tanh
from gan_helpers.networks.plane import (
    FourierFeatures,
    Pack,
    Unpack,
    pack_of,
    plane_discriminator,
    plane_generator,
)
from gan_helpers.networks.translation import (
    NORMALIZATIONS,
    DepthToSpace,
    patch_discriminator,
    unet,
)
from gan_helpers.networks.translators import residual_translator

__all__ = [
    "CONDITIONINGS",
    "FAMILIES",
    "FIRST_SIDE",
    "NORMALIZATIONS",
    "DepthToSpace",
    "EnlargingConvolution",
    "FourierFeatures",
    "KeepKnown",
    "Pack",
    "Tanh",
    "Unpack",
    "discriminator",
    "from_class_vectors",
    "generator",
    "pack_of",
    "patch_discriminator",
    "plane_discriminator",
    "plane_generator",
    "residual_translator",
    "stage_filters",
    "unet",
]
