"""Says what is wrong with a training run, by which numbers it shows, and what to change."""

from gan_helpers.diagnosis.bands import Bands, bands, compare_to_bands
from gan_helpers.diagnosis.findings import Finding
from gan_helpers.diagnosis.health import Health
from gan_helpers.diagnosis.rules import diagnose

__all__ = [
    "Bands",
    "Finding",
    "Health",
    "bands",
    "compare_to_bands",
    "diagnose",
]
