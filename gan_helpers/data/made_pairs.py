"""Pairs of pictures made from digits, for where the real ones cannot be had.

They ask of a translator what the real pairs ask, in small: a flat map that says where things are
and nothing about their color ("facades"), and two styles of drawing of one thing ("emoji_pairs").
"""

import colorsys

import numpy as np
import PIL.Image
import scipy.ndimage

COUNTS = {"train": 400, "test": 106}  # as many as there are facades

# The colors of the facades' label maps: ground, wall, window.
_GROUND, _WALL, _WINDOW = (0, 0, 170), (0, 0, 255), (0, 170, 255)


def make(name, images, labels, size, count):
    """Return (sources, targets), uint8 (N, size, size, 3): the first `count` digits at most.

    Each pair depends on its digit and its place alone, so the same digits give the same pairs.

    Args:
        name: "facades" or "emoji_pairs".
        images: uint8 (N, 28, 28, 1). labels: int (N,), 0 to 9.
        size: pixels a side.
        count: pairs to make, at most.
    """
    draw = {"facades": _facade, "emoji_pairs": _emoji}[name]
    pairs = [
        draw(_enlarged(image, size), int(label), np.random.default_rng([number, int(label)]))
        for number, (image, label) in enumerate(zip(images[:count], labels[:count], strict=True))
    ]
    return tuple(np.stack(side) for side in zip(*pairs, strict=True))


def _enlarged(image, size):
    """Return the digit as floats (size, size) from 0 to 1, with a margin of a sixteenth."""
    margin = size // 16
    inner = (size - 2 * margin,) * 2
    digit = PIL.Image.fromarray(image[..., 0]).resize(inner, PIL.Image.Resampling.BICUBIC)
    return np.pad(np.asarray(digit, dtype=np.float32) / 255, margin)


def _facade(digit, label, random):
    """A map of wall and windows, and a "photograph": both in colors that the map does not tell."""
    size = len(digit)
    inside = digit > 0.4
    top = size // 8
    source = np.empty((size, size, 3), np.uint8)
    source[:], source[top:], source[inside] = _GROUND, _WALL, _WINDOW

    wall = _color(random.uniform(0, 1), 0.45, random.uniform(0.55, 0.9))
    target = np.empty((size, size, 3), np.float32)
    target[:top], target[top:] = _color(0.58, 0.1, 0.95), wall
    joints = (np.arange(size) % max(size // 16, 2) == 0)[:, np.newaxis]
    target[joints & (np.arange(size) >= top)[:, np.newaxis] & ~inside] *= 0.8
    target[inside] = _color(0.6, 0.3, random.uniform(0.1, 0.3))
    light = scipy.ndimage.shift(inside, (1, 1), order=0) & ~inside
    target[light] = np.minimum(wall * 1.5, 1)
    target += random.normal(0, 0.04, target.shape)
    return source, _bytes(target)


def _emoji(digit, label, random):
    """One digit in two styles on white: shaded with a dark edge; and flat, bolder, paler."""
    color = _color((label / 10 + random.normal(0, 0.02)) % 1, 0.85, 0.9)
    shade = np.linspace(1.1, 0.6, len(digit), dtype=np.float32)[:, np.newaxis, np.newaxis]
    inner = np.clip(digit * 2 - 0.8, 0, 1)[..., np.newaxis]
    ink = np.clip(digit * 2, 0, 1)[..., np.newaxis]
    shaded = (1 - ink) + ink * (inner * color * shade + (1 - inner) * color * 0.3)

    bold = scipy.ndimage.grey_dilation(digit, size=(3, 3))
    flat = np.clip(bold * 2 - 0.3, 0, 1)[..., np.newaxis]
    pale = _color((label / 10 + 0.04) % 1, 0.6, 1.0)
    return _bytes(shaded), _bytes((1 - flat) + flat * pale)


def _color(hue, saturation, value):
    return np.float32(colorsys.hsv_to_rgb(hue, saturation, value))


def _bytes(picture):
    return np.uint8(np.clip(picture, 0, 1) * 255 + 0.5)
