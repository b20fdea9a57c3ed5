"""Checks of lesson 03, the discriminator, and the four runs of its riddle."""

import math

import numpy as np

from gan_helpers.exercises import checking


@checking.check
def check_layers_needed(layers_needed):
    """Check how many equal layers a unit needs behind it to see a number of pixels."""
    for kernel, stride, side in (
        (3, 1, 3),
        (4, 2, 10),
        (3, 1, 28),
        (4, 2, 28),
        (5, 2, 28),
        (4, 2, 128),
    ):
        asked = f"kernel {kernel}, stride {stride}, {side} pixels"
        found = checking.call(layers_needed, kernel, stride, side)
        wanted = _layers(kernel, stride, side, _right)
        reasons = (
            (
                _layers(kernel, stride, side, _late),
                "The first layer's windows start one pixel apart: use the distance first, and "
                "multiply it by the stride afterwards.",
            ),
            (
                _layers(kernel, stride, side, _no_distance),
                "Behind a stride of 2, neighbors stand 2 pixels apart, so that a window reaches "
                "twice as far.",
            ),
            (wanted - 1, "One too few: stop when the field is at least as wide as asked."),
            (
                wanted + 1,
                "One too many: before any layer the field is 1 pixel already, and a field as wide "
                "as asked is enough.",
            ),
        )
        reason = next((text for value, text in reasons if value == found), "")
        checking.expect(
            found == wanted,
            f"{asked}: you found {found}; it takes {wanted}. {reason}".strip(),
        )
    return "you know how deep a network must be for one unit to see a whole picture."


def _right(field, distance, kernel, stride):
    return field + (kernel - 1) * distance, distance * stride


def _late(field, distance, kernel, stride):
    return field + (kernel - 1) * distance * stride, distance * stride


def _no_distance(field, distance, kernel, stride):
    return field + kernel - 1, distance


def _layers(kernel, stride, side, step):
    """Return the number of layers until the field reaches `side` under a rule."""
    field, distance, count = 1, 1, 0
    while field < side:
        field, distance = step(field, distance, kernel, stride)
        count += 1
    return count


@checking.check
def check_cross_entropy(cross_entropy):
    """Check binary cross entropy from logits, on moderate and on huge ones."""
    logits = np.array([-3.0, -0.5, 0.0, 1.0, 2.0], np.float32)
    labels = np.array([0.0, 1.0, 1.0, 0.0, 1.0], np.float32)
    each = labels * np.logaddexp(0, -logits) + (1 - labels) * np.logaddexp(0, logits)
    found = checking.call(cross_entropy, labels, logits)
    checking.expect(np.ndim(found) == 0, "return one number, the mean over the batch.")
    found = float(found)
    reasons = (
        (each.sum(), "You return the sum; divide by the number of logits: the mean."),
        (-each.mean(), "The sign is wrong: a loss falls when the answers get better."),
        (np.logaddexp(0, -logits).mean(), "You treat all labels as 1; a label of 0 counts too."),
        (np.logaddexp(0, logits).mean(), "You treat all labels as 0; a label of 1 counts too."),
        (
            (labels * np.logaddexp(0, logits) + (1 - labels) * np.logaddexp(0, -logits)).mean(),
            "Labels are swapped: for a label of 1, a high logit is right and costs little.",
        ),
    )
    for value, reason in reasons:
        checking.expect(not math.isclose(found, value, rel_tol=1e-4), reason)
    checking.expect_close(found, each.mean(), "the cross entropy of moderate logits", 1e-4)

    for label, logit in ((1.0, 1e4), (0.0, -1e4), (1.0, -1e4), (0.0, 1e4)):
        arrays = np.full(4, label, np.float32), np.full(4, logit, np.float32)
        with np.errstate(all="ignore"):
            found = float(checking.call(cross_entropy, *arrays))
        asked = f"label {label:.0f}, logit {logit:.0f}"
        checking.expect(
            math.isfinite(found),
            f"{asked}: the result is {found}. Somewhere a sigmoid rounds to 0 or 1, or an "
            "exponential overflows; work on the logits with np.logaddexp.",
        )
        wanted = 0.0 if (label == 1.0) == (logit > 0) else 1e4
        checking.expect(
            math.isclose(found, wanted, rel_tol=1e-4, abs_tol=1e-4),
            f"{asked}: the loss is {found:.4g}; it must be {wanted:.4g}. Clipping the "
            "probability keeps it finite, but wrong, and the gradient is gone.",
        )
    return "right for moderate logits and safe for huge ones: the loss never needs the sigmoid."


# --- The riddle: four runs, one of which squashes its logits twice ------------------------------

_CULPRIT = "B"
_LOWEST = math.log1p(math.exp(-1.0)) + math.log(2.0)


def suspects(reals, fakes, steps=200):
    """Train a linear discriminator in four ways, three of them faulty.

    Args:
        reals, fakes: float arrays (N, ...) of the same shape, in [-1, 1].
        steps: steps of gradient descent on all pictures at once.

    Returns:
        {letter: {"loss": floats (steps,), "accuracy": floats (steps,)}}; the loss is the sum of
        the cross entropy on reals and on fakes, in nats.
    """
    ways = {
        "A": {"swapped": True},
        "B": {"squashed": True},
        "C": {},
        "D": {"rate": 1e-5},
    }
    pictures = np.concatenate([reals, fakes]).reshape(2 * len(reals), -1).astype(np.float64)
    labels = np.repeat([1.0, 0.0], len(reals))
    return {letter: _train(pictures, labels, steps, **way) for letter, way in ways.items()}


def _train(pictures, labels, steps, rate=0.05, squashed=False, swapped=False):
    pictures = pictures - pictures.mean(axis=0)  # zero weights then split reals from fakes evenly
    weights = np.zeros(pictures.shape[1])
    taught = 1 - labels if swapped else labels
    history = {"loss": [], "accuracy": []}
    for _ in range(steps):
        logits = pictures @ weights
        outputs = _sigmoid(logits) if squashed else logits
        each = taught * np.logaddexp(0, -outputs) + (1 - taught) * np.logaddexp(0, outputs)
        history["loss"].append(2 * each.mean())
        history["accuracy"].append(np.mean((logits > 0) == (labels > 0.5)))
        slope = _sigmoid(outputs) - taught
        if squashed:
            slope = slope * outputs * (1 - outputs)
        weights -= rate * pictures.T @ slope / len(labels)
    return history


def _sigmoid(values):
    return np.exp(-np.logaddexp(0, -values))


@checking.check
def check_culprit(find_culprit):
    """Check the letter of the run with two squashings, and the lowest loss it can reach."""
    culprit, lowest = checking.call(find_culprit)
    checking.expect_filled({"the letter": culprit, "the lowest loss": lowest})
    culprit = str(culprit).strip().upper()
    symptoms = {
        "A": "its loss goes to 0 while all its answers are wrong: it was taught swapped labels",
        "C": "its loss goes to 0 and its answers are right: it is healthy",
        "D": "its loss hardly moves from where it starts, at 2 log 2: its steps are too small",
    }
    checking.expect(
        culprit == _CULPRIT,
        f"{culprit!r} is not the one: {symptoms.get(culprit, 'the letters are A to D')}.",
    )
    checking.expect(
        not math.isclose(lowest, _LOWEST / 2, abs_tol=2e-3),
        "the curves show the sum of two losses, on reals and on fakes; you gave their mean.",
    )
    checking.expect(
        not math.isclose(lowest, math.log1p(math.exp(-1.0)), abs_tol=2e-3)
        and not math.isclose(lowest, math.log(2.0), abs_tol=2e-3),
        "that is the lowest loss on one half; add the one on reals and the one on fakes.",
    )
    checking.expect(
        math.isclose(lowest, _LOWEST, abs_tol=2e-3),
        f"the lowest loss is not {lowest:.4g}. A sigmoid gives 1 at most, on reals, and 0 at "
        "least, on fakes. Which loss does each have, taken as a logit?",
    )
    return "all answers right and a loss stuck near 1.006: you will know this bug when you meet it."
