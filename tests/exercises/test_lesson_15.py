"""Lesson 15's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np

from gan_helpers import plans
from gan_helpers.exercises import lesson_15

# --- Near duplicates -----------------------------------------------------------------------------


def pairs(thumbnails, limit, prepare=lambda x: x.astype(float), first=1, measure=None):
    measure = measure or (lambda difference: np.sqrt(np.mean(difference**2)))
    rows = prepare(thumbnails)
    return [
        (i, j)
        for i in range(len(rows))
        for j in range(i + first if first is not None else 0, len(rows))
        if measure(rows[i] - rows[j]) < limit
    ]


def test_right_pairs_are_praised(capsys):
    answers.assert_praised(lesson_15.check_near_duplicates, pairs, capsys)
    as_sets = lambda thumbnails, limit: np.array(pairs(thumbnails, limit))  # noqa: E731
    answers.assert_praised(lesson_15.check_near_duplicates, as_sets, capsys)


WRONG_PAIRS = {
    "uint8": (lambda t, limit: pairs(t, limit, prepare=np.asarray), "16 squared is 256"),
    "uint8, absolute": (
        lambda t, limit: pairs(t, limit, np.asarray, measure=lambda d: np.mean(np.abs(d))),
        "4 and 9 differ by 3",
    ),
    "with itself": (lambda t, limit: pairs(t, limit, first=0), "paired with itself"),
    "both orders": (
        lambda t, limit: [*pairs(t, limit), *((j, i) for i, j in pairs(t, limit))],
        "the larger number first",
    ),
    "twice": (lambda t, limit: pairs(t, limit) * 2, "a pair comes twice"),
    "mean of differences": (
        lambda t, limit: pairs(t, limit, measure=lambda difference: abs(np.mean(difference))),
        "plain differences cancel out",
    ),
    "mean of absolute differences": (
        lambda t, limit: pairs(t, limit, measure=lambda d: np.mean(np.abs(d))),
        "3 and 8 differ by 60 in six",
    ),
    "largest difference": (
        lambda t, limit: pairs(t, limit, measure=lambda d: np.abs(d).max()),
        "1 and 7 differ in one pixel alone",
    ),
    "root forgotten": (
        lambda t, limit: pairs(t, limit, measure=lambda d: np.mean(d**2)),
        "and then its root, or it is 9",
    ),
    "sum of squares": (
        lambda t, limit: pairs(t, limit, measure=lambda d: np.sqrt(np.sum(d**2))),
        "Take the mean of the squares",
    ),
    "always 5": (lambda t, limit: pairs(t, 5), "with the limit 20: (0, 11) differ by 16"),
    "equal ones only": (lambda t, limit: pairs(t, 1e-9), "4 and 9 differ by 3"),
    "not the equal ones": (
        lambda t, limit: [pair for pair in pairs(t, limit) if pair != (2, 5)],
        "2 and 5 are equal",
    ),
    "others too": (
        lambda t, limit: [*pairs(t, limit), (1, 2)],
        "1 other pairs are found, such as [(1, 2)]",
    ),
    "numbers": (lambda t, limit: [2, 5], "expected a list of pairs"),
    "no function": ([(2, 5), (4, 9)], "expected a function"),
}

test_wrong_pairs_are_explained = answers.explained(WRONG_PAIRS, lesson_15.check_near_duplicates)


# --- Copies --------------------------------------------------------------------------------------


def share(fake, held_out, quantile):
    return np.mean(fake < np.quantile(held_out, quantile))


def test_right_share_is_praised(capsys):
    answers.assert_praised(lesson_15.check_share_of_close, share, capsys)


WRONG_SHARES = {
    "number": (
        lambda fake, held_out, q: np.sum(fake < np.quantile(held_out, q)),
        "divide by how many",
    ),
    "far": (lambda fake, held_out, q: np.mean(fake > np.quantile(held_out, q)), "the far ones"),
    "exchanged": (lambda fake, held_out, q: share(held_out, fake, q), "the sides are exchanged"),
    "no quantile": (lambda fake, held_out, q: np.mean(fake < q), "a share, not a distance"),
    "limit": (lambda fake, held_out, q: np.quantile(held_out, q), "this is the limit"),
    "always 5 %": (lambda fake, held_out, q: share(fake, held_out, 0.05), "the share is"),
    "mask": (lambda fake, held_out, q: fake < np.quantile(held_out, q), "expected one number"),
}

test_wrong_shares_are_explained = answers.explained(WRONG_SHARES, lesson_15.check_share_of_close)


# --- Three folders -------------------------------------------------------------------------------


def test_the_right_advice_is_praised(capsys):
    answers.assert_praised(lesson_15.check_advice, lesson_15.ADVICE, capsys)


def test_the_right_advice_is_that_of_the_plan():
    """What the exercise calls right is what `suggest` says of such folders."""
    assert "mixtures of these 14" in plans._expectation(14)
    assert plans._augmentation(600, 3)[0] == ("translation",)
    assert plans._augmentation(30_000, 3)[0] == ()


test_each_advice_is_judged = answers.riddle(
    lesson_15.check_advice, lesson_15.ADVICE, lesson_15.NOT_THIS
)

test_unusable_advice_is_explained = answers.explained(
    [
        ("more pictures", "expected a dict"),
        ({"A": "more pictures"}, "the keys are ['A']"),
        ({**lesson_15.ADVICE, "B": "256 px"}, "choose one of 'more pictures', '32 px, augmented'"),
    ],
    lesson_15.check_advice,
)


# --- Stubs ---------------------------------------------------------------------------------------

STUBS = {
    "pairs": (lesson_15.check_near_duplicates, lambda thumbnails, limit: ...),
    "share": (lesson_15.check_share_of_close, lambda fake, held_out, quantile: ...),
    "advice": (lesson_15.check_advice, dict.fromkeys("ABC", ...)),
}

test_a_stub_is_not_attempted = answers.untouched(STUBS)
