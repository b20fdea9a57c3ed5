"""Measures of what a GAN has learned."""

from gan_helpers.evaluation.neighbors import nearest_neighbors

__all__ = ["nearest_neighbors"]
