"""Checks of lesson 01: scaling, whole batches, and reading a data set's faults from its numbers."""

import numpy as np

from gan_helpers import data
from gan_helpers.exercises import checking

GRAY_LEVELS = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


@checking.check
def check_scale(scale):
    """Check a function from uint8 pictures to float32 in [-1, 1]."""
    given = GRAY_LEVELS.copy()
    scaled = np.asarray(checking.call(scale, given))
    checking.expect(
        scaled.shape == given.shape,
        f"the shape changed from {given.shape} to {scaled.shape}; scaling changes values only.",
    )
    checking.expect(
        np.issubdtype(scaled.dtype, np.floating),
        f"the result is {scaled.dtype}; bytes cannot hold fractions, turn them into float32 first.",
    )
    black, white = float(scaled.flat[0]), float(scaled.flat[-1])
    checking.expect(
        not (abs(black) < 1e-3 and abs(white - 1.0) < 1e-2),
        "the values go from 0 to 1; black must become -1. Divide by half of 255, then subtract 1.",
    )
    checking.expect(
        not abs(white - 255 / 128 + 1) < 1e-4,
        "white becomes 0.992, not 1: half of 255 is 127.5, not 128.",
    )
    checking.expect(
        abs(black + 1.0) < 1e-3 and abs(white - 1.0) < 1e-3,
        f"black becomes {black:.3g} and white {white:.3g}; expected -1 and 1.",
    )
    checking.expect_close(scaled, data.scale(GRAY_LEVELS), "a gray level between black and white")
    checking.expect(
        scaled.dtype == np.float32,
        f"the result is {scaled.dtype}; networks compute in float32, and it needs half the memory.",
    )
    checking.expect(
        np.array_equal(given, GRAY_LEVELS),
        "your function changed the pictures it was given; return a new array.",
    )
    return "you have the scale that matches tanh, from -1 for black to 1 for white."


@checking.check
def check_unscale(unscale):
    """Check the way back, from floats in [-1, 1] to uint8."""
    bytes_again = np.asarray(checking.call(unscale, data.scale(GRAY_LEVELS)))
    checking.expect(
        bytes_again.dtype == np.uint8,
        f"the result is {bytes_again.dtype}; a picture to look at is uint8.",
    )
    checking.expect(
        bytes_again.shape == GRAY_LEVELS.shape,
        f"the shape changed from {GRAY_LEVELS.shape} to {bytes_again.shape}.",
    )
    differences = GRAY_LEVELS.astype(int) - bytes_again
    checking.expect(
        not (differences.max() == 1 and differences.min() == 0),
        f"{int(differences.sum())} of the 256 gray levels come back one too dark: astype cuts the "
        "fraction off. Round first, with np.rint.",
    )
    wrong = int((differences != 0).sum())
    checking.expect(
        wrong == 0,
        f"{wrong} of the 256 gray levels do not come back; undo the two steps of scale in reverse "
        "order: add 1, then multiply by 127.5.",
    )
    # Rounding errors may carry a float a little beyond the ends, where bytes would wrap around.
    ends = np.asarray(unscale(np.array([-1.005, 1.005], np.float32)))
    checking.expect(
        ends.tolist() == [0, 255],
        f"-1.005 and 1.005 become {ends.tolist()}; expected [0, 255]. Clip to 0 and 255 before "
        "the values become bytes, or they wrap around.",
    )
    return "all 256 gray levels come back, so nothing is lost on the way through the network."


@checking.check
def check_whole_batches(whole_batches):
    """Check a function that cuts pictures into whole batches and leaves the rest out."""
    for count, batch_size in ((10, 4), (12, 4), (7, 7), (100, 32)):
        pictures = np.arange(count * 4, dtype=np.int64).reshape(count, 2, 2, 1)
        steps = count // batch_size
        case = f"{count} pictures in batches of {batch_size}"
        batches = np.asarray(checking.call(whole_batches, pictures, batch_size))
        wanted = (steps, batch_size, 2, 2, 1)
        if batches.shape[:1] == (steps - 1,):
            raise checking.Wrong(
                f"{case}: {steps - 1} batches, but {steps} are whole. Drop the last one only when "
                "it is not full."
            )
        checking.expect(
            batches.shape == wanted,
            f"{case}: the shape is {batches.shape}; expected {wanted}, which is (steps, batch "
            "size, height, width, channels).",
        )
        checking.expect(
            np.array_equal(batches.reshape(-1, 2, 2, 1), pictures[: steps * batch_size]),
            f"{case}: the pictures are no longer whole or no longer in their order.",
        )
    return "you have batches that all weigh the same, and you know what is left out."


@checking.check
def check_find_faults(find_faults):
    """Check a function that names what is wrong with an array of pictures."""
    for description, pictures, faults in _suspects():
        answer = checking.call(find_faults, pictures)
        checking.expect(
            isinstance(answer, dict) and set(answer) == set(FAULTS),
            f"expected a dict with the keys {', '.join(FAULTS)}.",
        )
        checking.expect_filled(answer)
        for name in FAULTS:
            found, wanted = bool(answer[name]), name in faults
            checking.expect(
                found == wanted,
                f"{description}: you say {name!r} is {found}, it is {wanted}. {HINTS[name]}",
            )
    return "you can read the three most common faults from shape, type and range."


FAULTS = ("channels first", "divided by 255", "scaled already")
HINTS = {
    "channels first": "The channels, 1 or 3, belong on the last axis; look at the shape.",
    "divided by 255": "Such pictures are floats that never go below 0 nor above 1.",
    "scaled already": "Such pictures are floats that go below 0.",
}


def _suspects():
    """Return (description, pictures, faults) triples, gray and color, with one fault or two."""
    suspects = []
    for channels in (1, 3):
        kind = {1: "gray", 3: "color"}[channels]
        generator = np.random.default_rng(channels)
        good = generator.integers(0, 256, (6, 8, 8, channels), dtype=np.uint8)
        good[0, 0, 0], good[0, 0, 1] = 0, 255
        fractions = good.astype(np.float32) / 255
        dark = good // 255  # bytes, but only 0 and 1: nothing was divided
        suspects += [
            (f"{kind} bytes as they should be", good, ()),
            (f"{kind} bytes, nearly black", dark, ()),
            (f"{kind} whole numbers, 0 and 1 only, as int64", dark.astype(np.int64), ()),
            (f"{kind} float64 from 0 to 1", good / 255, ("divided by 255",)),
            (f"{kind} floats from 0 to 1", fractions, ("divided by 255",)),
            (f"{kind} floats from -1 to 1", data.scale(good), ("scaled already",)),
            (f"{kind} floats from 0 to 255", good.astype(np.float32), ()),
            (f"{kind} bytes (N, C, H, W)", np.moveaxis(good, -1, 1), ("channels first",)),
            (
                f"{kind} floats from 0 to 1, (N, C, H, W)",
                np.moveaxis(fractions, -1, 1),
                ("channels first", "divided by 255"),
            ),
            (
                f"{kind} floats from -1 to 1, (N, C, H, W)",
                np.moveaxis(data.scale(good), -1, 1),
                ("channels first", "scaled already"),
            ),
        ]
    return suspects
