"""Arrays of pictures: scaling, checks, and a report on what a data set is made of."""

import dataclasses
import hashlib

import numpy as np


def scale(images):
    """Return uint8 pictures from 0 to 255 as float32 in [-1, 1]: x / 127.5 - 1.

    Raises:
        ValueError: when `images` is not a uint8 array (scaled twice, or read as floats).
    """
    images = _checked_array(images)
    if images.dtype != np.uint8:
        raise ValueError(
            f"images are {images.dtype}; scale takes uint8 from 0 to 255. Are they scaled already?"
        )
    return images.astype(np.float32) / np.float32(127.5) - np.float32(1.0)


def unscale(images):
    """Return pictures in [-1, 1] as uint8 from 0 to 255, the exact inverse of `scale`.

    Raises:
        ValueError: for NaN, or for values outside [-1, 1] (a thousandth of slack is clipped).
    """
    images = _checked_array(images)
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"images are {images.dtype}; unscale takes floats in [-1, 1].")
    images = images.astype(np.float32)
    if not np.isfinite(images).all():
        raise ValueError("images hold NaN or infinity; look for the step at which training broke.")
    low, high = (float(images.min()), float(images.max())) if images.size else (0.0, 0.0)
    if low < -1.001 or high > 1.001:
        raise ValueError(
            f"images range from {low:.3g} to {high:.3g}; unscale takes values in [-1, 1], as tanh "
            "gives them."
        )
    return np.clip(np.rint((images + 1.0) * 127.5), 0, 255).astype(np.uint8)


def _checked_array(images):
    images = np.asarray(images)
    if images.dtype == object or not (
        np.issubdtype(images.dtype, np.number) and not np.iscomplexobj(images)
    ):
        # bfloat16 is no NumPy number, but turns into one.
        if images.dtype.name == "bfloat16":
            return images.astype(np.float32)
        raise ValueError(f"images hold {images.dtype}; expected an array of numbers.")
    return images


def check_images(images, name="images"):
    """Return `images` as a uint8 array (N, H, W, C) of at least one picture, C = 1 or 3.

    Raises:
        ValueError: says which of rank, type, number or channels is wrong, and what to do.
    """
    kind = type(images).__name__
    images = np.asarray(images)
    if images.ndim == 0:
        raise ValueError(
            f"{name} is a {kind}; expected uint8 (N, H, W, C). Pictures of a folder: "
            "gh.data.folder(path, shape).images."
        )
    if images.ndim == 3:
        raise ValueError(
            f"{name} has the shape {images.shape}; expected (N, H, W, C). For gray pictures add "
            f"the channel: {name}[..., np.newaxis]."
        )
    if images.ndim != 4:
        raise ValueError(f"{name} has the shape {images.shape}; expected (N, H, W, C).")
    if images.dtype != np.uint8:
        raise ValueError(
            f"{name} is {images.dtype}; expected uint8 from 0 to 255. From [-1, 1] make it with "
            "gh.data.unscale, from [0, 1] with np.uint8(np.rint(255 * x))."
        )
    if 0 in images.shape:
        raise ValueError(f"{name} is empty: its shape is {images.shape}.")
    if images.shape[-1] not in (1, 3):
        raise ValueError(
            f"{name} has {images.shape[-1]} channels; expected 1 (gray) or 3 (RGB) as last axis."
        )
    return images


def check_image_shape(image_shape):
    """Return (height, width, channels) as whole numbers, or raise a ValueError."""
    try:
        height, width, channels = (int(size) for size in image_shape)
    except (TypeError, ValueError):
        height = width = channels = 0
    if height < 1 or width < 1 or channels not in (1, 3):
        raise ValueError(
            f"image_shape is {image_shape!r}; expected (height, width, channels) with 1 or 3 "
            "channels, for example (28, 28, 1)."
        )
    return height, width, channels


def check_labels(labels, count):
    """Return `labels` as an array (count,) of whole numbers from 0 on.

    Raises:
        ValueError: for another shape or type, or a negative label.
    """
    labels = np.asarray(labels)
    if labels.shape != (count,):
        raise ValueError(
            f"labels has the shape {labels.shape}; expected one label a picture, ({count},)."
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels are {labels.dtype}; expected whole numbers from 0 on.")
    if labels.min() < 0 or labels.max() >= 2**31:
        raise ValueError(
            f"labels go from {labels.min()} to {labels.max()}; expected the classes 0, 1, 2, ... "
            "np.unique(labels, return_inverse=True)[1] numbers them so."
        )
    return labels.astype(np.int64)


@dataclasses.dataclass(frozen=True)
class Report:
    """What a data set is made of; print it to read it.

    Attributes:
        shape: (N, H, W, C).
        channels: one dict a channel with min, max, mean and std, in gray levels from 0 to 255.
        duplicates: how many pictures equal an earlier one, pixel by pixel.
        classes: {label: number of pictures}, empty without labels.
    """

    shape: tuple
    channels: tuple
    duplicates: int
    classes: dict

    def __str__(self):
        count, height, width, channels = self.shape
        lines = [f"{count:,} pictures of {height} x {width} pixels, {channels} channel(s)"]
        for number, row in enumerate(self.channels):
            lines.append(
                f"channel {number}: from {row['min']} to {row['max']}, "
                f"mean {row['mean']:.1f}, standard deviation {row['std']:.1f}"
            )
        lines.append(f"duplicates: {self.duplicates:,}")
        lines += [f"class {label}: {number:,}" for label, number in self.classes.items()]
        return "\n".join(lines)


def report(images, labels=None):
    """Return a `Report` on uint8 pictures (N, H, W, C) and, if given, N labels.

    Raises:
        ValueError: for pictures that `pipeline` would not take, or another number of labels.
    """
    images = check_images(images)
    classes = {}
    if labels is not None:
        labels = np.asarray(labels)
        if labels.shape != (len(images),):
            raise ValueError(
                f"labels has the shape {labels.shape}; expected one label a picture, "
                f"({len(images)},)."
            )
        different, counts = np.unique(labels, return_counts=True)
        classes = dict(zip(different.tolist(), counts.tolist(), strict=True))
    channels = tuple(
        {
            "min": int(values.min()),
            "max": int(values.max()),
            "mean": float(values.mean()),
            "std": float(values.std()),
        }
        for values in np.moveaxis(images, -1, 0)
    )
    different = {hashlib.sha256(picture.tobytes()).digest() for picture in images}
    return Report(images.shape, channels, len(images) - len(different), classes)
