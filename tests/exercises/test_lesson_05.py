"""The checks of lesson 05 accept the right answer, and teach by what they say to wrong ones."""

import numpy as np
import pytest
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

RIGHT = {
    "check_images_per_second": lambda seconds, size: size * len(seconds[1:]) / sum(seconds[1:]),
    "check_training_bytes": lambda p, a, size, width: 4 * 4 * p + a * size * width,
    "check_replica_loss": lambda losses, replicas: tf.reduce_mean(losses) / replicas,
    "check_same_game": lambda: dict(SAME_GAME),
}

STUBS = {
    "check_images_per_second": lambda seconds, batch_size: ...,
    "check_training_bytes": lambda p, a, size, width: ...,
    "check_replica_loss": lambda losses, replicas: ...,
    "check_same_game": lambda: dict.fromkeys(SAME_GAME, ...),
}

WRONG = [
    ("images_per_second", lambda s, b: b * len(s) / sum(s), "the first call is among them"),
    ("images_per_second", lambda s, b: len(s[1:]) / sum(s[1:]), "steps a second"),
    ("images_per_second", lambda s, b: len(s) / sum(s), "slow first call included"),
    ("images_per_second", lambda s, b: sum(s[1:]) / len(s[1:]) / b, "turn it round"),
    ("images_per_second", lambda s, b: np.mean(s[1:]), "seconds a step"),
    ("images_per_second", lambda s, b: b * len(s) / sum(s[1:]), "leave out both"),
    ("images_per_second", lambda s, b: b / sum(s[1:]), "the images of one"),
    ("images_per_second", lambda s, b: np.mean([b / t for t in s[1:]]), "rates were averaged"),
    ("images_per_second", lambda s, b: 7.0, "expected 640|expected 480"),
    ("images_per_second", lambda s, b: [b / t for t in s], "expected one number"),
    ("images_per_second", lambda s, b: "fast", "expected one number"),
    ("training_bytes", lambda p, a, b, w: 4 * p + a * b * w, "only the weights"),
    ("training_bytes", lambda p, a, b, w: 8 * p + a * b * w, "two averages"),
    ("training_bytes", lambda p, a, b, w: 12 * p + a * b * w, "one of the four"),
    ("training_bytes", lambda p, a, b, w: 4 * p * w + a * b * w, "stay float32"),
    ("training_bytes", lambda p, a, b, w: 16 * p * b + a * b * w, "not once an image"),
    ("training_bytes", lambda p, a, b, w: 16 * p + a * w, "for every image"),
    ("training_bytes", lambda p, a, b, w: 4 * p + a * b, "these are numbers"),
    ("replica_loss", lambda losses, n: tf.reduce_mean(losses), "2 times the mean"),
    ("replica_loss", lambda losses, n: tf.reduce_mean(losses) / n**2, "twice"),
    ("replica_loss", lambda losses, n: tf.reduce_sum(losses), "take their mean"),
    ("replica_loss", lambda losses, n: tf.reduce_sum(losses) / n, "take their mean"),
    ("replica_loss", lambda losses, n: losses / n, "expected one number"),
    ("same_game", lambda: {**SAME_GAME, "batch_size": True}, "another training"),
    ("same_game", lambda: {**SAME_GAME, "xla": False}, "only the rounding"),
    ("same_game", lambda: {**SAME_GAME, "prefetch": "yes"}, "True or False"),
    ("same_game", lambda: {"prefetch": True}, "the entries prefetch, steps_per_execution"),
]


@pytest.mark.parametrize("name", RIGHT)
def test_right_answer(name, capsys):
    assert getattr(exercises, name)(RIGHT[name])
    assert capsys.readouterr().out.startswith("correct: ")


@pytest.mark.parametrize("name", STUBS)
def test_untouched_stub(name, capsys):
    assert not getattr(exercises, name)(STUBS[name])
    assert capsys.readouterr().out == "not attempted yet\n"


@pytest.mark.parametrize(("name", "answer", "said"), WRONG)
def test_wrong_answer(name, answer, said, capsys):
    assert not getattr(exercises, f"check_{name}")(answer)
    out = capsys.readouterr().out
    assert out.startswith("not yet: ")
    assert any(part in out for part in said.split("|")), out
