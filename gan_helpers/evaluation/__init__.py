"""Measures of what a GAN has learned."""

from gan_helpers.evaluation.features import FeatureNet, feature_net
from gan_helpers.evaluation.neighbors import nearest_neighbors
from gan_helpers.evaluation.plane_modes import plane_coverage

__all__ = ["FeatureNet", "feature_net", "nearest_neighbors", "plane_coverage"]
