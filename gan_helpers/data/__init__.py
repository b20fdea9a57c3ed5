"""From files to batches: loading, scaling, pipelines, folders of images, a report.

Pictures are uint8 arrays of shape (N, H, W, C) from 0 to 255 until the pipeline turns them into
float32 in [-1, 1], the range of tanh at the generator's end.
"""

from gan_helpers.data import masks
from gan_helpers.data.arrays import (
    Report,
    check_image_shape,
    check_images,
    check_labels,
    report,
    scale,
    unscale,
)
from gan_helpers.data.folder_report import FolderReport
from gan_helpers.data.folders import Folder, Original, folder
from gan_helpers.data.pair_folders import Pairs, folder_of_pairs
from gan_helpers.data.pipelines import pair_pipeline, pipeline
from gan_helpers.data.plane import Mixture, grid, ring, spiral
from gan_helpers.data.sources import SOURCES, load
from gan_helpers.data.stacked import stack_digits
from gan_helpers.data.subsets import few_labels, overlap
from gan_helpers.data.unpaired import unpaired_pipeline

__all__ = [
    "SOURCES",
    "Folder",
    "FolderReport",
    "Mixture",
    "Original",
    "Pairs",
    "Report",
    "check_image_shape",
    "check_images",
    "check_labels",
    "few_labels",
    "folder",
    "folder_of_pairs",
    "grid",
    "load",
    "masks",
    "overlap",
    "pair_pipeline",
    "pipeline",
    "report",
    "ring",
    "scale",
    "spiral",
    "stack_digits",
    "unpaired_pipeline",
    "unscale",
]
