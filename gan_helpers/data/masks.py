"""Masks: which pixels of a picture are known and which are missing.

A mask is uint8 of shape (N, H, W, 1): 1 = known, 0 = missing, one mask a picture and one value
for all channels of a pixel. Each function makes `count` of them, the same ones for the same seed.
"""

import numpy as np

from gan_helpers import arguments


def squares(count, image_shape, side, seed=0):
    """Return masks with one square hole each, anywhere inside the picture.

    Args:
        count: number of masks, N.
        image_shape: (H, W) or (H, W, C) of the pictures.
        side: of the hole in pixels, from 1 to the shorter side of the picture; it must leave
            something known.
        seed: whole number from 0 on.

    Returns:
        uint8 (N, H, W, 1), 1 = known, 0 = missing.

    Raises:
        ValueError: for a value out of range.
    """
    count, height, width = _checked(count, image_shape)
    if not arguments.is_whole(side, 1, min(height, width)) or side == max(height, width):
        raise ValueError(
            f"side is {side!r}; a square hole in {height} x {width} pixels has a side from 1 to "
            f"{min(height, width)} and does not cover the whole picture."
        )
    random = _generator(seed)
    top = random.integers(0, height - side + 1, count)
    left = random.integers(0, width - side + 1, count)
    rows = _within(np.arange(height), top, side)
    columns = _within(np.arange(width), left, side)
    missing = rows[:, :, np.newaxis, np.newaxis] & columns[:, np.newaxis, :, np.newaxis]
    return (~missing).astype(np.uint8)


def pixels(count, image_shape, share, seed=0):
    """Return masks in which each pixel is missing with the same probability.

    Args:
        count, image_shape, seed: as for `squares`.
        share: probability that a pixel is missing, above 0 and below 1. At least one pixel of
            each mask stays known, and one is missing.

    Returns:
        uint8 (N, H, W, 1), 1 = known, 0 = missing.

    Raises:
        ValueError: for a value out of range, or pictures of a single pixel.
    """
    count, height, width = _checked(count, image_shape)
    share = arguments.number("share", share, above=0, below=1)
    if height * width < 2:
        raise ValueError("a picture of one pixel cannot have a known and a missing one.")
    drawn = _generator(seed).random((count, height * width))
    known = drawn >= share
    # Where chance leaves none, the most or the least likely pixel takes the part.
    picture = np.arange(count)
    known[picture, drawn.argmax(axis=1)] = True
    known[picture, drawn.argmin(axis=1)] = False
    return known.reshape(count, height, width, 1).astype(np.uint8)


def region(count, image_shape, top, left, height, width):
    """Return masks that all miss the same rectangle.

    Args:
        count, image_shape: as for `squares`.
        top, left: first row and first column that are missing, from 0 on.
        height, width: of the hole in pixels; it lies inside the picture and leaves something
            known.

    Returns:
        uint8 (N, H, W, 1), 1 = known, 0 = missing.

    Raises:
        ValueError: for a hole that is empty, that leaves the picture, or that covers all of it.
    """
    count, rows, columns = _checked(count, image_shape)
    whole = all(map(arguments.is_whole, (top, left, height, width), (0, 0, 1, 1)))
    if not whole or top + height > rows or left + width > columns:
        raise ValueError(
            f"the hole begins at ({top!r}, {left!r}) and has {height!r} x {width!r} pixels; it "
            f"must be at least one pixel and lie inside {rows} x {columns}."
        )
    if (height, width) == (rows, columns):
        raise ValueError("the hole covers the whole picture; leave something known.")
    masks = np.ones((count, rows, columns, 1), np.uint8)
    masks[:, top : top + height, left : left + width] = 0
    return masks


def check_masks(masks, images):
    """Return masks as uint8 (N, H, W, 1) of 1 and 0, one for each of N pictures.

    Args:
        masks: N masks of numbers 0 and 1 or of bools, or one (1, H, W, 1) for all pictures.
        images: an array (N, H, W, C).

    Raises:
        ValueError: for another shape, other values, or a mask without any known pixel.
    """
    masks = np.asarray(masks)
    count, height, width = images.shape[:3]
    if masks.shape not in ((count, height, width, 1), (1, height, width, 1)):
        raise ValueError(
            f"masks has the shape {masks.shape}; expected one mask a picture, "
            f"{(count, height, width, 1)}, or one for all, {(1, height, width, 1)}."
        )
    if not np.isin(masks, (0, 1)).all():
        raise ValueError("masks holds other values than 1 (known) and 0 (missing).")
    masks = np.broadcast_to(masks, (count, height, width, 1)).astype(np.uint8)
    blind = np.flatnonzero(~masks.any(axis=(1, 2, 3)))
    if len(blind):
        raise ValueError(
            f"mask {blind[0]} knows no pixel at all; nothing can be concluded from it. 1 means "
            "known, 0 missing: are the masks inverted?"
        )
    return masks


def _checked(count, image_shape):
    """Return (count, height, width) as whole numbers from 1 on."""
    count = arguments.whole("count", count)
    sizes = tuple(image_shape) if isinstance(image_shape, tuple | list) else ()
    if len(sizes) not in (2, 3) or not all(map(arguments.is_whole, sizes)):
        raise ValueError(
            f"image_shape is {image_shape!r}; expected (H, W) or (H, W, C), such as (28, 28, 1)."
        )
    return count, *sizes[:2]


def _generator(seed):
    return np.random.default_rng(arguments.whole("seed", seed, 0))


def _within(positions, first, length):
    """Return whether each position lies in each span, bool (spans, positions)."""
    first = first[:, np.newaxis]
    return (positions >= first) & (positions < first + length)
