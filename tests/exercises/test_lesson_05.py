"""The checks of lesson 05 accept the right answer, and teach by what they say to wrong ones."""

import answers
import numpy as np
import tensorflow as tf

from gan_helpers import exercises

SAME_GAME = {
    "prefetch": True,
    "steps_per_execution": True,
    "xla": True,
    "two_replicas": True,
    "batch_size": False,
    "bfloat16_weights": False,
}

RIGHT = [
    (exercises.check_images_per_second, lambda s, b: b * len(s[1:]) / sum(s[1:])),
    (exercises.check_training_bytes, lambda p, a, b, w: 4 * 4 * p + a * b * w),
    (exercises.check_replica_loss, lambda losses, n: tf.reduce_mean(losses) / n),
    (exercises.check_same_game, lambda: dict(SAME_GAME)),
]
STUBS = [
    (exercises.check_images_per_second, lambda s, b: ...),
    (exercises.check_training_bytes, lambda p, a, b, w: ...),
    (exercises.check_replica_loss, lambda losses, n: ...),
    (exercises.check_same_game, lambda: dict.fromkeys(SAME_GAME, ...)),
]
WRONG_RATES = [
    (lambda s, b: b * len(s) / sum(s), "the first call is among them"),
    (lambda s, b: len(s[1:]) / sum(s[1:]), "steps a second"),
    (lambda s, b: len(s) / sum(s), "slow first call included"),
    (lambda s, b: sum(s[1:]) / len(s[1:]) / b, "turn it round"),
    (lambda s, b: np.mean(s[1:]), "seconds a step"),
    (lambda s, b: b * len(s) / sum(s[1:]), "leave out both"),
    (lambda s, b: b / sum(s[1:]), "the images of one"),
    (lambda s, b: np.mean([b / t for t in s[1:]]), "rates were averaged"),
    (lambda s, b: 7.0, "expected 480"),
    (lambda s, b: [b / t for t in s], "expected one number"),
    (lambda s, b: "fast", "expected one number"),
]
WRONG_BYTES = [
    (lambda p, a, b, w: 4 * p + a * b * w, "only the weights"),
    (lambda p, a, b, w: 8 * p + a * b * w, "two averages"),
    (lambda p, a, b, w: 12 * p + a * b * w, "one of the four"),
    (lambda p, a, b, w: 4 * p * w + a * b * w, "stay float32"),
    (lambda p, a, b, w: 16 * p * b + a * b * w, "not once an image"),
    (lambda p, a, b, w: 16 * p + a * w, "for every image"),
    (lambda p, a, b, w: 4 * p + a * b, "these are numbers"),
]
WRONG_LOSSES = [
    (lambda losses, n: tf.reduce_mean(losses), "2 times the mean"),
    (lambda losses, n: tf.reduce_mean(losses) / n**2, "twice"),
    (lambda losses, n: tf.reduce_sum(losses), "take their mean"),
    (lambda losses, n: tf.reduce_sum(losses) / n, "take their mean"),
    (lambda losses, n: losses / n, "expected one number"),
]
WRONG_SETTINGS = [
    (lambda: {**SAME_GAME, "batch_size": True}, "another training"),
    (lambda: {**SAME_GAME, "xla": False}, "only the rounding"),
    (lambda: {**SAME_GAME, "prefetch": "yes"}, "True or False"),
    (lambda: {**SAME_GAME, "xla": ...}, "xla: still to be filled in"),
    (lambda: {"prefetch": True}, "the entries prefetch, steps_per_execution"),
]

test_right_answer = answers.praised(RIGHT)
test_untouched_stub = answers.untouched(STUBS)
test_wrong_rates_are_explained = answers.explained(WRONG_RATES, exercises.check_images_per_second)
test_wrong_bytes_are_explained = answers.explained(WRONG_BYTES, exercises.check_training_bytes)
test_wrong_losses_are_explained = answers.explained(WRONG_LOSSES, exercises.check_replica_loss)
test_wrong_settings_are_explained = answers.explained(WRONG_SETTINGS, exercises.check_same_game)
