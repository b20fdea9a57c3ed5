"""Checks of lesson 05, "GPU training"."""

import numpy as np

from gan_helpers.exercises import checking

# (seconds of each call, batch size): the first call of each also traces and compiles.
_TIMINGS = (
    ((3.0, 0.1, 0.1, 0.2), 64),
    ((0.5, 0.25, 0.25), 16),
    ((8.0, 0.02, 0.04, 0.03, 0.01), 256),
)


@checking.check
def check_images_per_second(answer):
    """Images a second: whole batches after the warm-up, divided by the time they took."""
    for seconds, batch_size in _TIMINGS:
        found = _number(checking.call(answer, list(seconds), batch_size))
        later = seconds[1:]
        wanted = batch_size * len(later) / sum(later)
        mistakes = {
            batch_size * len(seconds) / sum(seconds): "the first call is among them. It traces "
            "the step, and with XLA compiles it: leave it out, it happens once.",
            len(later) / sum(later): "these are steps a second; each step trains batch_size "
            "images.",
            len(seconds) / sum(seconds): "these are steps a second, the slow first call included.",
            sum(later) / len(later) / batch_size: "these are seconds an image; turn it round.",
            sum(later) / len(later): "these are seconds a step; images a second are wanted.",
            batch_size * len(seconds) / sum(later): "the first call's images are counted, but not "
            "its time; leave out both.",
            batch_size / sum(later): "the time of all calls is divided into the images of one.",
            batch_size * float(np.mean(1 / np.asarray(later))): "the rates were averaged. Fast "
            "calls then count too much: divide all images by all seconds.",
        }
        _compare(
            found, wanted, mistakes, f"for calls of {list(seconds)} s with {batch_size} images"
        )
    return "you measure what training really costs, not what starting costs."


@checking.check
def check_training_bytes(answer):
    """Memory for the weights and their companions, plus the activations of a batch."""
    cases = ((1000, 500, 64, 4), (1000, 500, 256, 2), (70, 0, 16, 4))
    for parameters, activations, batch_size, width in cases:
        found = _number(checking.call(answer, parameters, activations, batch_size, width))
        batch = activations * batch_size * width
        wanted = parameters * 4 * 4 + batch
        mistakes = {
            parameters * 4 + batch: "only the weights are counted; their gradients and Adam's two "
            "averages are as large.",
            parameters * 4 * 2 + batch: "Adam keeps two averages of each weight's gradient.",
            parameters * 4 * 3 + batch: "one of the four is missing: weights, gradients, and two "
            "averages of Adam.",
            parameters * 4 * width + batch: "the weights and their companions stay float32, 4 "
            "bytes a number; only activations shrink in bfloat16.",
            parameters * 16 * batch_size + batch: "the weights are there once, not once an image.",
            parameters * 16 + activations * width: "the activations are there for every image of "
            "the batch.",
            parameters * 4 + activations * batch_size: "these are numbers; a number takes 4 bytes "
            "in float32, and 2 in bfloat16.",
        }
        what = f"for {parameters} weights, {activations} activations, {batch_size} images"
        _compare(found, wanted, mistakes, f"{what} and {width} bytes an activation")
    return "you can tell before the run whether a batch fits into memory."


@checking.check
def check_replica_loss(answer):
    """The replicas' losses must add up to the mean over the whole batch."""
    import tensorflow as tf

    losses = np.random.default_rng(5).uniform(0.0, 2.0, 24).astype(np.float32)
    for replicas in (1, 2, 4):
        parts = np.split(losses, replicas)
        found = sum(_number(checking.call(answer, tf.constant(part), replicas)) for part in parts)
        mean, count = float(losses.mean()), len(losses)
        mistakes = {
            mean * replicas: f"the sum over {replicas} replicas is {replicas} times the mean of "
            "the whole batch: the step would grow with every device. Divide by the number of "
            "replicas.",
            mean / replicas: "the loss is divided by the number of replicas twice.",
            mean * count: "the losses were added up; take their mean, or the step grows with the "
            "batch.",
            mean * count / replicas: "the losses were added up; take their mean first.",
        }
        _compare(found, mean, mistakes, f"the sum over {replicas} replicas", 1e-4)
    return "any number of devices now takes the same step as one."


_SAME_GAME = {
    "prefetch": (True, "prefetching prepares the same batches, only earlier."),
    "steps_per_execution": (True, "the same steps run, only without a look at Python in between."),
    "xla": (True, "XLA computes the same formulas; only the rounding differs."),
    "two_replicas": (
        True,
        "with the same whole batch and without batch norm, two replicas take the step of one.",
    ),
    "batch_size": (
        False,
        "with another batch size an epoch has another number of steps, and each gradient another "
        "amount of noise: it is another training.",
    ),
    "bfloat16_weights": (
        False,
        "weights in bfloat16 lose steps smaller than about 1/256 of the weight.",
    ),
}


@checking.check
def check_same_game(answer):
    """Which settings leave the training as it is, up to rounding?"""
    found = checking.call(answer)
    checking.expect(
        isinstance(found, dict) and set(found) == set(_SAME_GAME),
        f"expected a dictionary with the entries {', '.join(_SAME_GAME)}.",
    )
    checking.expect_filled(found)
    for name, (wanted, reason) in _SAME_GAME.items():
        checking.expect(
            isinstance(found[name], bool), f"{name} is {found[name]!r}; answer True or False."
        )
        checking.expect(found[name] == wanted, f"look at {name} again: {reason}")
    return "you know what to switch on for speed alone, and what must be judged by its pictures."


def _number(found):
    """Return the answer as a float, or say that it is none."""
    array = np.asarray(found)
    checking.expect(
        array.shape == () and np.issubdtype(array.dtype, np.number),
        f"expected one number, got {type(found).__name__} of shape {array.shape}.",
    )
    return float(array)


def _compare(found, wanted, mistakes, what, tolerance=1e-6):
    """Raise `Wrong` with the sentence for this mistake, or with both numbers."""

    def is_close(value):
        return abs(found - value) <= tolerance * max(1.0, abs(value))

    if is_close(wanted):
        return
    for value, sentence in mistakes.items():
        checking.expect(not is_close(value), f"{what} you get {found:.6g}: {sentence}")
    raise checking.Wrong(f"{what} you get {found:.6g}; expected {wanted:.6g}.")
