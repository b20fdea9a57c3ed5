"""Measures of what a GAN has learned."""

from gan_helpers.evaluation.classes import (
    ClassAccuracy,
    ClassScores,
    class_accuracy,
    class_scores,
)
from gan_helpers.evaluation.distances import Estimate, frechet_distance, kernel_distance, prdc
from gan_helpers.evaluation.feature_training import train_feature_net
from gan_helpers.evaluation.features import FeatureNet, feature_net, inception_net
from gan_helpers.evaluation.memorization import Memorization, memorization
from gan_helpers.evaluation.modes import mode_coverage
from gan_helpers.evaluation.neighbors import nearest_neighbors
from gan_helpers.evaluation.paired import PairedComparison, paired_comparison
from gan_helpers.evaluation.plane_modes import plane_coverage
from gan_helpers.evaluation.scores import Score, score

memorisation = memorization  # the British spelling

__all__ = [
    "ClassAccuracy",
    "ClassScores",
    "Estimate",
    "FeatureNet",
    "Memorization",
    "PairedComparison",
    "Score",
    "class_accuracy",
    "class_scores",
    "feature_net",
    "frechet_distance",
    "inception_net",
    "kernel_distance",
    "memorisation",
    "memorization",
    "mode_coverage",
    "nearest_neighbors",
    "paired_comparison",
    "plane_coverage",
    "prdc",
    "score",
    "train_feature_net",
]
