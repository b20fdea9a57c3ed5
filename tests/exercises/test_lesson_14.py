"""Lesson 14's checks accept right answers and teach from wrong ones."""

import answers
import numpy as np

from gan_helpers.exercises import lesson_14
from gan_helpers.translation import unpaired

# --- The cycle -----------------------------------------------------------------------------------


def size(gap):
    return np.abs(gap).mean()


def right(a, b, to_b, to_a):
    return size(to_a(to_b(a)) - a) + size(to_b(to_a(b)) - b)


def by_helper(a, b, to_b, to_a):
    return unpaired.distance(to_a(to_b(a)), a) + unpaired.distance(to_b(to_a(b)), b)


WRONG_CYCLES = {
    "swapped": (lambda a, b, f, g: right(a, b, g, f), "the directions are swapped"),
    "a wrong": (
        lambda a, b, f, g: size(f(g(a)) - a) + size(f(g(b)) - b),
        "a takes the way of b",
    ),
    "b wrong": (
        lambda a, b, f, g: size(g(f(a)) - a) + size(g(f(b)) - b),
        "b takes the way of a",
    ),
    "only a": (lambda a, b, f, g: size(g(f(a)) - a), "the round trip of b is missing"),
    "only b": (lambda a, b, f, g: size(f(g(b)) - b), "the round trip of a is missing"),
    "half": (lambda a, b, f, g: right(a, b, f, g) / 2, "half of it"),
    "squares": (
        lambda a, b, f, g: ((g(f(a)) - a) ** 2).mean() + ((f(g(b)) - b) ** 2).mean(),
        "squares",
    ),
    "sum": (
        lambda a, b, f, g: np.abs(g(f(a)) - a).sum() + np.abs(f(g(b)) - b).sum(),
        "take the mean",
    ),
    "no way back": (lambda a, b, f, g: size(f(a) - a) + size(g(b) - b), "Go back first"),
    "identity": (lambda a, b, f, g: size(g(a) - a) + size(f(b) - b), "identity loss"),
    "no absolute values": (
        lambda a, b, f, g: (g(f(a)) - a).mean() + (f(g(b)) - b).mean(),
        "cancel",
    ),
    "an array": (lambda a, b, f, g: np.abs(g(f(a)) - a), "expected one number"),
    "something else": (lambda a, b, f, g: 0.0, "expected"),
}


def test_right_cycles_are_praised(capsys):
    answers.assert_praised(lesson_14.check_cycle_loss, right, capsys)
    answers.assert_praised(lesson_14.check_cycle_loss, by_helper, capsys)


test_a_wrong_cycle_is_explained = answers.explained(WRONG_CYCLES, lesson_14.check_cycle_loss)


# --- The pool ------------------------------------------------------------------------------------


def show(new, pool, size, coin, slot):
    if len(pool) < size:
        pool.append(new)
        return new
    if coin:
        return new
    old, pool[slot] = pool[slot], new
    return old


def always_new(new, pool, size, coin, slot):
    if len(pool) < size:
        pool.append(new)
    return new


def without_storing(new, pool, size, coin, slot):
    if len(pool) < size:
        pool.append(new)
        return new
    return new if coin else pool[slot]


def endless(new, pool, size, coin, slot):
    pool.append(new)
    return new


def swaps_while_filling(new, pool, size, coin, slot):
    if coin or not pool:
        if len(pool) < size:
            pool.append(new)
        return new
    old, pool[slot] = pool[slot], new
    return old


def coin_turned(new, pool, size, coin, slot):
    return show(new, pool, size, not coin, slot)


def never_filled(new, pool, size, coin, slot):
    return new


WRONG_POOLS = {
    "always new": (always_new, "on tails the stored fake"),
    "does not keep the new one": (without_storing, "the new one takes its place"),
    "grows": (endless, "never hold more than 3"),
    "swaps too early": (swaps_while_filling, "not full takes the new fake in"),
    "coin turned": (coin_turned, "on heads the new fake is shown"),
    "stays empty": (never_filled, "not full takes the new fake in"),
}


def test_the_rule_is_praised(capsys):
    answers.assert_praised(lesson_14.check_pool, show, capsys)


test_a_wrong_pool_is_explained = answers.explained(WRONG_POOLS, lesson_14.check_pool)


# --- What the cycle cannot promise ---------------------------------------------------------------


def test_right_claims_are_praised(capsys):
    answers.assert_praised(lesson_14.check_cycle_claims, dict(lesson_14.CLAIMS), capsys)


WRONG_CLAIMS = {
    name: ({**lesson_14.CLAIMS, name: not right}, lesson_14.WHY[name])
    for name, right in lesson_14.CLAIMS.items()
}

test_each_wrong_claim_is_explained = answers.explained(WRONG_CLAIMS, lesson_14.check_cycle_claims)

test_unusable_claims_are_explained = answers.explained(
    [
        ("mirrored", "expected a dict"),
        ({"mirrored": True}, "the keys are ['mirrored']"),
        ({**lesson_14.CLAIMS, "paired": "no"}, "answer with True or False"),
    ],
    lesson_14.check_cycle_claims,
)


# --- Stubs ---------------------------------------------------------------------------------------

STUBS = {
    "cycle": (lesson_14.check_cycle_loss, lambda a, b, to_b, to_a: ...),
    "pool": (lesson_14.check_pool, lambda new, pool, size, coin, slot: ...),
    "claims": (lesson_14.check_cycle_claims, dict.fromkeys(lesson_14.CLAIMS, ...)),
}

test_a_stub_is_not_attempted = answers.untouched(STUBS)
