"""From files to batches: loading, scaling, pipelines, folders of images, a report.

Pictures are uint8 arrays of shape (N, H, W, C) from 0 to 255 until the pipeline turns them into
float32 in [-1, 1], the range of tanh at the generator's end.
"""

from gan_helpers.data.arrays import (
    Report,
    check_image_shape,
    check_images,
    check_labels,
    report,
    scale,
    unscale,
)
from gan_helpers.data.folders import Folder, folder
from gan_helpers.data.pipelines import pipeline
from gan_helpers.data.plane import Mixture, grid, ring, spiral
from gan_helpers.data.sources import SOURCES, load
from gan_helpers.data.stacked import stack_digits
from gan_helpers.data.subsets import few_labels, overlap

__all__ = [
    "SOURCES",
    "Folder",
    "Mixture",
    "Report",
    "check_image_shape",
    "check_images",
    "check_labels",
    "few_labels",
    "folder",
    "grid",
    "load",
    "overlap",
    "pipeline",
    "report",
    "ring",
    "scale",
    "spiral",
    "stack_digits",
    "unscale",
]
