"""Checks of lesson 14: the cycle, the pool of fakes, and what a cycle cannot promise."""

import numpy as np

from gan_helpers.exercises import checking

# --- Exercise 1: the cycle -----------------------------------------------------------------------


@checking.check
def check_cycle_loss(cycle_loss):
    """`cycle_loss(a, b, to_b, to_a)` returns |to_a(to_b(a)) - a| + |to_b(to_a(b)) - b|."""
    random = np.random.default_rng(0)
    a, b = random.normal(size=(3, 4, 4, 1)), random.normal(2.0, 1.0, size=(5, 4, 4, 1))

    # The two do not commute, so that each order has its own number.
    def to_b(pictures):
        return np.asarray(pictures) * 2.0 + 1.0

    def to_a(pictures):
        return np.asarray(pictures) ** 2 / 3.0 - 4.0

    found = checking.call(cycle_loss, a, b, to_b, to_a)
    checking.expect(
        np.ndim(found) == 0, f"the result has the shape {np.shape(found)}; expected one number."
    )
    found = float(found)
    there_and_back_a, there_and_back_b = to_a(to_b(a)) - a, to_b(to_a(b)) - b
    right = np.abs(there_and_back_a).mean() + np.abs(there_and_back_b).mean()
    for value, sentence in _wrong_cycles(a, b, to_b, to_a):
        checking.expect(abs(found - value) > 1e-6, sentence)
    checking.expect(abs(found - right) < 1e-4, f"the loss is {found:.4f}; expected {right:.4f}.")
    return "each picture goes there and back, and each domain has its own round trip."


def _wrong_cycles(a, b, to_b, to_a):
    """Yield (value, sentence) of the likely mistakes."""

    def size(gap):
        return np.abs(gap).mean()

    loss_a, loss_b = size(to_a(to_b(a)) - a), size(to_b(to_a(b)) - b)
    swapped_a, swapped_b = size(to_b(to_a(a)) - a), size(to_a(to_b(b)) - b)
    yield (
        swapped_a + swapped_b,
        "the directions are swapped: a goes through to_b first and comes back through to_a. Yours "
        "asks to_a for pictures of a, which it has never learned to read.",
    )
    yield swapped_a + loss_b, "a takes the way of b: it must go through to_b first."
    yield loss_a + swapped_b, "b takes the way of a: it must go through to_a first."
    yield loss_a, "the round trip of b is missing."
    yield loss_b, "the round trip of a is missing."
    yield (loss_a + loss_b) / 2, "this is half of it: add the two round trips, no mean of them."
    yield (
        np.square(to_a(to_b(a)) - a).mean() + np.square(to_b(to_a(b)) - b).mean(),
        "these are squares; the paper takes absolute differences, which blur less.",
    )
    yield (
        np.abs(to_a(to_b(a)) - a).sum() + np.abs(to_b(to_a(b)) - b).sum(),
        "this is a sum over the pixels; take the mean, so that the loss does not depend on the "
        "size of the pictures.",
    )
    yield (
        size(to_b(a) - a) + size(to_a(b) - b),
        "this compares a picture with its translation, which shall differ. Go back first.",
    )
    yield (
        size(to_a(a) - a) + size(to_b(b) - b),
        "this is the identity loss: what is in the domain already shall stay. The cycle goes there "
        "and back.",
    )
    yield (
        (to_a(to_b(a)) - a).mean() + (to_b(to_a(b)) - b).mean(),
        "take the absolute differences before the mean, or errors of opposite sign cancel.",
    )


# --- Exercise 2: the pool ------------------------------------------------------------------------


@checking.check
def check_pool(show):
    """`show(new, pool, size, coin, slot)` returns the fake that D sees, and updates the list."""
    for what, pool, size, coin, slot, shown, left in _pools():
        given = list(pool)
        found = checking.call(show, "new", given, size, coin, slot)
        hints = {
            "filling": "a pool that is not full takes the new fake in, and shows it.",
            "heads": "on heads the new fake is shown, and the full pool stays as it is.",
            "tails": "on tails the stored fake in this slot is shown, and the new one takes its "
            "place.",
        }
        where = f"pool {pool}, size {size}, {'heads' if coin else 'tails'}, slot {slot}"
        checking.expect(
            found == shown,
            f"{where}: you show {found!r}; expected {shown!r}. Remember: {hints[what]}",
        )
        checking.expect(
            len(given) <= size,
            f"{where}: the pool now holds {len(given)} fakes; it must never hold more than {size}.",
        )
        checking.expect(
            given == left,
            f"{where}: the pool then holds {given}; expected {left}. Remember: {hints[what]}",
        )
    return "half of the time D is shown a fake that an earlier translator made."


def _pools():
    """Return (rule, pool before, size, coin, slot, what is shown, pool afterwards)."""
    return [
        ("filling", [], 3, True, 0, "new", ["new"]),
        ("filling", ["a", "b"], 3, False, 1, "new", ["a", "b", "new"]),
        ("filling", ["a"], 2, True, 0, "new", ["a", "new"]),
        ("heads", ["a", "b", "c"], 3, True, 1, "new", ["a", "b", "c"]),
        ("tails", ["a", "b", "c"], 3, False, 1, "b", ["a", "new", "c"]),
        ("tails", ["a", "b", "c"], 3, False, 2, "c", ["a", "b", "new"]),
    ]


# --- Exercise 3: what the cycle cannot promise ---------------------------------------------------

CLAIMS = {
    "mirrored": True,
    "hidden": True,
    "constant": False,
    "paired": False,
}
WHY = {
    "mirrored": "a translator that mirrors every picture left to right, and another that mirrors "
    "it back, have a cycle loss of 0. Nothing in the loss asks for the same place.",
    "hidden": "what the other domain cannot show may be written into it, faintly or in plain "
    "sight, and read again. Section 5 found the ink of every digit this way.",
    "constant": "from one and the same picture nobody can tell which one it was: the way back "
    "fails, and the cycle loss is large.",
    "paired": "no picture is ever compared with its partner; the loss does not know who that is.",
}


@checking.check
def check_cycle_claims(answers):
    """`answers` says of each claim whether it is true."""
    checking.expect_keys(answers, CLAIMS)
    checking.expect_filled(answers)
    for name, answer in answers.items():
        checking.expect(
            isinstance(answer, bool), f"{name} is {answer!r}; answer with True or False."
        )
        checking.expect(answer == CLAIMS[name], f"{name}: {WHY[name]}")
    return "a small cycle loss says that one can get back, and nothing about where one has been."
