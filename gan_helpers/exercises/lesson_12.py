"""Checks of lesson 12: the error on what is known, keeping what is known, and GAIN's hint."""

import numpy as np
import tensorflow as tf

from gan_helpers.exercises import checking

# --- Exercise 1: the masked error ----------------------------------------------------------------


@checking.check
def check_masked_error(masked_error):
    """`masked_error(drawn, pictures, known)` is the mean of squares over known pixels, (N,)."""
    for channels in (1, 3):
        drawn, pictures, known = _pictures(channels)
        variable = tf.Variable(drawn)
        with tf.GradientTape() as tape:
            found = checking.call(masked_error, variable, tf.constant(pictures), tf.constant(known))
            checking.expect(
                tf.is_tensor(found),
                f"the result is {type(found).__name__}; use TensorFlow's functions (tf.square, "
                "tf.reduce_sum), or nobody can ask for its slope.",
            )
            total = tf.reduce_sum(found)
        _check_errors(found.numpy(), drawn, pictures, known)
        slope = tape.gradient(total, variable)
        checking.expect(
            slope is not None,
            "the result has no slope for the drawing; compute with TensorFlow's functions alone.",
        )
        inside = np.where(known == 0, slope.numpy(), 0.0)
        checking.expect(np.all(inside == 0), "what is drawn inside the hole changes the error.")
    return "it looks at the known pixels alone, and a large hole weighs no more than a small one."


def _pictures(channels):
    """Return (drawn, pictures, known), float32, with holes of different sizes."""
    random = np.random.default_rng(channels)
    drawn, pictures = random.uniform(-1, 1, (2, 3, 6, 5, channels)).astype(np.float32)
    known = np.ones((3, 6, 5, 1), np.float32)
    known[0, :2, :2] = known[1, 1:5, 1:5] = known[2, 3:] = 0.0
    return drawn, pictures, known


def _check_errors(found, drawn, pictures, known):
    squares = (drawn - pictures) ** 2
    every = np.broadcast_to(known, squares.shape)
    axes = (1, 2, 3)
    sums, counts = (every * squares).sum(axes), every.sum(axes)
    right = sums / counts
    checking.expect(
        found.shape != () or len(right) == 1,
        "the result is one number; the search needs one for each picture. Sum over the axes 1, 2 "
        "and 3, and leave axis 0.",
    )
    checking.expect(
        found.shape == right.shape,
        f"the result has the shape {found.shape}; expected one error a picture, {right.shape}.",
    )
    if np.allclose(found, right, rtol=1e-4):
        return
    mistakes = [
        (sums, "these are sums. Divide by the number of known values, or large holes look good."),
        (
            sums / squares[0].size,
            "the sum is divided by the number of all pixels. Then a picture with a large hole has "
            "a small error for nothing: divide by the number of known ones.",
        ),
        (squares.mean(axes), "pixels inside the hole have a part in it; multiply by the mask."),
        (
            ((1 - every) * squares).sum(axes) / (1 - every).sum(axes),
            "this is the error inside the hole. The mask is 1 where a pixel is known.",
        ),
        (
            sums / known.sum(axes),
            "with three channels it is three times too large: the mask has one channel, the "
            "picture has C. Count each known pixel C times.",
        ),
        (np.sqrt(right), "this is the root of the wanted number; leave the mean of squares."),
        (
            (every * np.abs(drawn - pictures)).sum(axes) / counts,
            "these are mean absolute differences; square them.",
        ),
    ]
    for value, sentence in mistakes:
        checking.expect(not np.allclose(found, value, rtol=1e-4), sentence)
    raise checking.Wrong(
        f"the errors are {np.round(found, 4).tolist()}; expected {np.round(right, 4).tolist()}."
    )


# --- Exercise 2: keep what is known --------------------------------------------------------------


@checking.check
def check_merge(merge):
    """`merge(images, drawn, known)` takes the drawing inside the holes and nowhere else."""
    random = np.random.default_rng(0)
    for channels in (1, 3):
        images, drawn = random.integers(0, 256, (2, 4, 6, 5, channels)).astype(np.uint8)
        known = (random.random((4, 6, 5, 1)) < 0.6).astype(np.uint8)
        copies = images.copy(), drawn.copy()
        found = checking.call(merge, images, drawn, known)
        checking.expect(
            np.array_equal(images, copies[0]) and np.array_equal(drawn, copies[1]),
            "your function changed the arrays that it was given; return a new one.",
        )
        _check_merged(found, images, drawn, known)
    return "what is known stays as it is, bit for bit; the drawing fills the rest."


def _check_merged(found, images, drawn, known):
    found = np.asarray(found)
    checking.expect(
        found.shape == images.shape,
        f"the result has the shape {found.shape}; expected {images.shape}.",
    )
    checking.expect(
        not np.array_equal(found, np.where(known == 1, drawn, images)),
        "it is the wrong way round: 1 means known, and there the picture stays.",
    )
    right = np.where(known == 1, images, drawn)
    checking.expect(
        np.allclose(found, right),
        f"{int(np.sum(found != right))} of {right.size} values are not the expected ones; where "
        "the mask is 1 take the picture, where it is 0 the drawing.",
    )
    checking.expect(
        found.dtype == np.uint8,
        f"the values are right, but the result is {found.dtype}; pictures are uint8.",
    )


# --- Exercise 3: the hint ------------------------------------------------------------------------


@checking.check
def check_hint(hint):
    """`hint(mask, told)` is b m + 0.5 (1 - b)."""
    random = np.random.default_rng(0)
    mask, told = (random.random((2, 8, 6)) < 0.5).astype(np.float32)
    found = checking.call(hint, mask, told)
    found = np.asarray(found)
    checking.expect(
        found.shape == mask.shape,
        f"the hint has the shape {found.shape}; expected one number a cell, {mask.shape}.",
    )
    for value, sentence in (
        (
            told * mask,
            "a cell that is not told gets 0, which also means 'missing'. It needs a value of its "
            "own, 0.5.",
        ),
        (mask, "this tells the whole mask; the discriminator would have nothing to guess."),
        (
            (1 - told) * mask + 0.5 * told,
            "told and not told are exchanged: b is 1 where the discriminator is told.",
        ),
        (
            told * (1 - mask) + 0.5 * (1 - told),
            "known and missing are exchanged: the hint is m itself where b is 1.",
        ),
        (
            told * mask + (1 - told),
            "a cell that is not told gets 1, which also means 'known'. It needs a value of its "
            "own, 0.5.",
        ),
        (told * mask + 0.5, "add 0.5 only where b is 0."),
    ):
        checking.expect(not np.allclose(found, value), sentence)
    checking.expect_close(found, told * mask + 0.5 * (1 - told), "the hint")
    return "1 and 0 tell, 0.5 does not; so the discriminator guesses some cells and knows others."
