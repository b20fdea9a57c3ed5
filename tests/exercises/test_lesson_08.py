"""Lesson 08's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np
import tensorflow as tf

from gan_helpers import data
from gan_helpers.exercises import lesson_08


def counted(limit=3.0, among="good", share=np.mean, pair=True):
    """Return a function that counts modes and quality, right or with one fault."""

    def modes_and_quality(points, centers, deviation):
        distances = np.linalg.norm(points[:, np.newaxis] - centers, axis=2)
        nearest = distances.argmin(axis=1)
        good = distances.min(axis=1) < limit * deviation
        modes = len(np.unique(nearest[good] if among == "good" else nearest))
        return (modes, share(good)) if pair else modes

    return modes_and_quality


RIGHT = {
    "modes": (lesson_08.check_modes_and_quality, counted()),
    "pack": (lesson_08.check_pack, lambda points, size: tf.reshape(points, (-1, 2 * size))),
    "pack by numpy": (
        lesson_08.check_pack,
        lambda points, size: np.reshape(points, (len(points) // size, -1)),
    ),
    "failures": (lesson_08.check_failures, lesson_08.FAILURES),
}
STUBS = {
    "modes": (lesson_08.check_modes_and_quality, lambda points, centers, deviation: ...),
    "modes, two blanks": (lesson_08.check_modes_and_quality, lambda *arguments: (..., ...)),
    "pack": (lesson_08.check_pack, lambda points, size: ...),
    "failures": (lesson_08.check_failures, {"A": ..., "B": ..., "C": ...}),
}
WRONG_COUNTS = {
    "modes of all points": (counted(among="all"), "Only points of high quality"),
    "one deviation": (counted(limit=1.0), "three"),
    "two deviations": (counted(limit=2.0), "three deviations"),
    "number instead of share": (counted(share=np.sum), "return their share"),
    "share of bad points": (counted(share=lambda good: 1 - np.mean(good)), "three of four"),
    "no limit": (counted(limit=np.inf), "Only points of high quality"),
    "modes alone": (counted(pair=False), "two things"),
    "all distances": (counted(share=lambda good: good), "two single numbers"),
    "four deviations": (counted(limit=4.0), "3 of 4 points"),
}
WRONG_PACKS = {
    "copies": (lambda points, size: tf.tile(points, (1, size)), "a pack of its own"),
    "not packed": (lambda points, size: points, "must have the shape"),
    "other shape": (lambda points, size: tf.reshape(points, (-1, size, 2)), "must have the shape"),
    "x first, then y": (
        lambda points, size: tf.reshape(
            tf.transpose(tf.reshape(points, (-1, size, 2)), (0, 2, 1)), (-1, 2 * size)
        ),
        "wrong order",
    ),
    "points far apart": (
        lambda points, size: tf.concat(tf.split(points, size), axis=1),
        "the first pack of 2",
    ),
}
WRONG_FAILURES = {
    "A healthy": ({**lesson_08.FAILURES, "A": "healthy"}, "shares named right"),
    "B oscillates": ({**lesson_08.FAILURES, "B": "oscillation"}, "takes sides"),
    "C is a heap": ({**lesson_08.FAILURES, "C": "generator too strong"}, "keeps up"),
    "half done": ({"A": "vanishing slope", "B": ..., "C": ...}, "B, C: still to be filled in"),
    "unknown word": ({**lesson_08.FAILURES, "A": "mode collapse"}, "choose one of"),
    "other keys": ({"a": "oscillation"}, "expected ['A', 'B', 'C']"),
    "no dict": (["oscillation"], "expected a dict"),
}

test_right_answers_pass = answers.praised(RIGHT)
test_stubs_are_not_attempted = answers.untouched(STUBS)
test_wrong_counts_are_explained = answers.explained(WRONG_COUNTS, lesson_08.check_modes_and_quality)
test_wrong_packs_are_explained = answers.explained(WRONG_PACKS, lesson_08.check_pack)
test_wrong_diagnoses_are_explained = answers.explained(WRONG_FAILURES, lesson_08.check_failures)


def test_every_wrong_name_has_its_own_hint():
    wrong = {
        (case, name)
        for case, right in lesson_08.FAILURES.items()
        for name in lesson_08.CHOICES
        if name != right
    }
    assert set(lesson_08.NOT_THIS) == wrong


def test_cases_show_their_symptoms():
    points, _ = data.ring(deviation=0.05).sample(5_000)
    dataset = data.pipeline(points, 128).repeat()
    latent = np.random.default_rng(0).standard_normal((300, 2)).astype(np.float32)
    moves, sure, leads = {}, {}, {}
    for name, case in lesson_08.cases(steps_per_execution=25).items():
        places = []
        for _ in range(2):
            run = case.fit(dataset, steps_per_epoch=100, verbose=0).history
            places.append(case.generator(latent).numpy())
        moves[name] = np.linalg.norm(places[1] - places[0], axis=1).mean()
        sure[name] = run["real_accuracy"][-1] + run["fake_accuracy"][-1]
        leads[name] = run["real_logit"][-1] - run["fake_logit"][-1]
    assert moves["A"] < 0.5 < min(moves["B"], moves["C"])
    assert sure["A"] > 1.6 > max(sure["B"], sure["C"])
    assert leads["B"] < 0.0 < leads["C"]
