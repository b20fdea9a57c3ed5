"""Checks of lesson 13: the generator's objective, pairs that do not fit, honest evaluation."""

import keras
import numpy as np

from gan_helpers.data import arrays
from gan_helpers.exercises import checking

# --- Exercise 1: what the generator minimizes ----------------------------------------------------


@checking.check
def check_generator_objective(objective):
    """`objective(fake_logits, fake, target, adversarial, l1)` returns the weighted sum.

    adversarial E[softplus(-C(x, G(x)))] + l1 E[|y - G(x)|], one number.
    """
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (4, 3, 3, 1)).astype(np.float32)
    fake, target = random.uniform(-1, 1, (2, 4, 6, 6, 3)).astype(np.float32)
    for weights in ((1.0, 100.0), (0.5, 3.0), (1.0, 0.0), (0.0, 1.0)):
        found = checking.call(objective, logits, fake, target, *weights)
        checking.expect(
            np.ndim(found) == 0,
            f"the result has the shape {np.shape(found)}; the generator minimizes one number. Take "
            "the mean over pictures, pixels and patches.",
        )
        found = float(found)
        right = _objective(logits, fake, target, *weights)
        if np.isclose(found, right, rtol=1e-4):
            continue
        for value, sentence in _wrong_objectives(logits, fake, target, *weights):
            checking.expect(not np.isclose(found, value, rtol=1e-4), sentence)
        raise checking.Wrong(
            f"for the weights {weights[0]} and {weights[1]} the sum is {found:.4f}; expected "
            f"{right:.4f}."
        )
    return "one term asks for what is likely, the other for this very picture."


def _softplus(values):
    return np.logaddexp(0.0, values)


def _objective(logits, fake, target, adversarial, l1):
    return adversarial * _softplus(-logits).mean() + l1 * np.abs(target - fake).mean()


def _wrong_objectives(logits, fake, target, adversarial, l1):
    """Yield (value, sentence) of the likely mistakes."""
    fooled, off = _softplus(-logits).mean(), np.abs(target - fake).mean()
    yield (
        adversarial * _softplus(logits).mean() + l1 * off,
        "the sign of the logits is wrong: this rewards a generator whose pictures are called fake.",
    )
    yield (
        adversarial * fooled + l1 * np.square(target - fake).mean(),
        "this is the squared difference, L2; L1 is the absolute one.",
    )
    yield (
        adversarial * fooled + l1 * (target - fake).mean(),
        "without the absolute value, too bright and too dark cancel.",
    )
    yield (
        adversarial * fooled + l1 * np.abs(target - fake).sum(),
        "the difference is added up over the pixels; take the mean, or its weight depends on the "
        "size of the picture.",
    )
    yield l1 * fooled + adversarial * off, "the two weights are exchanged."
    yield fooled + off, "the weights are missing."
    yield adversarial * fooled, "the L1 term is missing."
    yield l1 * off, "the adversarial term is missing."
    yield adversarial * fooled - l1 * off, "both terms are to be small: add them."


# --- Exercise 3: pairs that do not fit ------------------------------------------------------------


def gray(pictures):
    """Return the brightness of uint8 pictures (N, H, W, 3) as uint8 (N, H, W, 1)."""
    weights = np.float32([0.299, 0.587, 0.114])
    return np.uint8(np.rint(pictures @ weights))[..., np.newaxis]


def disordered_pairs(targets, seed=0):
    """Return (sources, targets, wrong): gray pictures of targets, some beside another's target.

    Args:
        targets: uint8 (N, H, W, 3), at least 8.
        seed: of which pairs are wrong; 3 to 6 of them.
    """
    random = np.random.default_rng(seed)
    wrong = np.sort(random.permutation(len(targets))[: random.integers(3, 7)])
    order = np.arange(len(targets))
    order[wrong] = np.roll(wrong, 1)
    return gray(targets), targets[order], wrong


@checking.check
def check_mismatched(mismatched):
    """`mismatched(sources, targets)` returns the numbers of the pairs that do not fit."""
    random = np.random.default_rng(1)
    for seed, contrast in ((0, 256), (1, 256), (2, 24)):  # the last ones are nearly alike
        pictures = random.integers(0, contrast, (12, 8, 8, 3), dtype=np.uint8)
        sources, targets, wrong = disordered_pairs(pictures, seed)
        # Other programs round the weights of the colors otherwise: one gray level up or down.
        rounding = random.integers(-1, 2, sources.shape)
        sources = np.uint8(np.clip(sources + rounding, 0, 255))
        found = checking.call(mismatched, sources, targets)
        found = np.asarray(found)
        if found.dtype == bool and found.shape == (12,):
            raise checking.Wrong(
                "the result says True or False for each pair; np.flatnonzero turns it into numbers."
            )
        checking.expect(
            found.ndim == 1 and (found.size == 0 or np.issubdtype(found.dtype, np.integer)),
            f"the result is {found.dtype} of shape {found.shape}; expected a list of numbers.",
        )
        off = np.abs(gray(targets).astype(float) - sources).mean(axis=(1, 2, 3))
        checking.expect(
            found.size > 0,
            f"no pair was found, but {len(wrong)} do not fit. They are off by "
            f"{off[wrong].min():.0f} gray levels or more on average, rounding by 1 at most.",
        )
        found = np.unique(found)
        right = np.setdiff1d(np.arange(12), wrong)
        checking.expect(
            not np.array_equal(found, right), "these are the pairs that fit; the others are wanted."
        )
        good, missed = np.setdiff1d(found, wrong), np.setdiff1d(wrong, found)
        checking.expect(
            not good.size,
            f"pair {good[:1]} fits, but is in the list. Rounding makes a difference of one gray "
            "level, and uint8 numbers wrap around below 0: turn both into floats first.",
        )
        checking.expect(not missed.size, f"pair {missed[:1]} does not fit, but is not in the list.")
    return "look at your pairs before you train: a wrong one teaches the wrong thing."


# --- Exercise 2: evaluation ----------------------------------------------------------------------


@checking.check
def check_translate(translate):
    """`translate(generator, sources)` returns uint8 pictures, in inference mode."""
    generator, sources = _generator_with_batch_norm()
    given = sources.copy()
    found = np.asarray(checking.call(translate, generator, sources))
    checking.expect(np.array_equal(given, sources), "the sources were changed; work on a copy.")
    right = generator(arrays.scale(sources), training=False).numpy()
    checking.expect(
        found.shape == right.shape,
        f"the result has the shape {found.shape}; expected {right.shape}.",
    )
    if found.dtype != np.uint8:
        raise checking.Wrong(
            f"the result is {found.dtype}; gh.data.unscale makes uint8 pictures of [-1, 1]."
        )
    close = _share_close(found, arrays.unscale(right))
    exact = np.mean(found == arrays.unscale(right))
    checking.expect(
        close < 1 or exact > 0.9,
        "many pixels are off by one gray level: round before you turn them into bytes, as "
        "gh.data.unscale does.",
    )
    if close == 1:
        return "each picture is translated by itself, whatever else is in the batch."
    wrong = generator(np.float32(sources), training=False).numpy()
    checking.expect(
        _share_close(found, arrays.unscale(wrong)) < 1,
        "the generator got numbers from 0 to 255; gh.data.scale brings them to [-1, 1].",
    )
    together = generator(arrays.scale(sources), training=True).numpy()
    one_by_one = [generator(one[np.newaxis], training=True) for one in arrays.scale(sources)]
    for wrong in (together, np.concatenate(one_by_one)):
        checking.expect(
            _share_close(found, arrays.unscale(wrong)) < 1,
            "with training=True batch norm takes mean and spread from the batch at hand, not those "
            "that it has learned. Use training=False.",
        )
    raise checking.Wrong(f"{100 * close:.0f} % of the pixels are right; expected all.")


def _generator_with_batch_norm():
    """Return a small generator that has seen other pictures, and sources for it."""
    random = np.random.default_rng(0)
    source = keras.Input((8, 8, 1))
    norm = keras.layers.BatchNormalization(momentum=0.5)
    picture = keras.layers.Activation("tanh")(norm(source))
    generator = keras.Model(source, picture)
    for _ in range(8):
        generator(random.normal(0.3, 0.2, (16, 8, 8, 1)).astype(np.float32), training=True)
    return generator, random.integers(0, 256, (6, 8, 8, 1), dtype=np.uint8)


def _share_close(found, wanted):
    return np.mean(np.abs(found.astype(int) - wanted) <= 1)
