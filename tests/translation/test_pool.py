"""The pool of fakes follows its rule, and a seed decides what it hands out."""

import numpy as np
import pytest
import tensorflow as tf

from gan_helpers.translation import pool


def fakes(*values):
    """Return one picture of 2 x 2 pixels for each value."""
    return tf.constant(np.repeat(np.float32(values), 4).reshape(-1, 2, 2, 1))


def numbers(pictures):
    pictures = np.asarray(pictures)
    assert (pictures == pictures[:, :1, :1]).all()
    return pictures[:, 0, 0, 0].tolist()


def make(size):
    return pool.ImagePool(size, (2, 2, 1))


def seed(step):
    return tf.constant([7, step], tf.int64)


def test_a_pool_fills_and_hands_out_what_comes_in():
    made = make(5)
    assert numbers(made.exchange(fakes(1, 2), seed(0))) == [1, 2]
    assert numbers(made.exchange(fakes(3, 4), seed(1))) == [3, 4]
    assert int(made.stored) == 4
    assert numbers(made.pictures) == [1, 2, 3, 4, 0]
    assert numbers(made.exchange(fakes(5, 6), seed(2))) == [5, 6]  # only 5 finds an empty place
    assert numbers(made.pictures) == [1, 2, 3, 4, 5]
    assert int(made.stored) == 5


def full(size=6):
    made = make(size)
    made.exchange(fakes(*range(1, size + 1)), seed(0))
    return made


@pytest.mark.parametrize("step", range(8))
def test_what_is_shown_and_what_is_kept_are_all_there_was(step):
    made = full()
    shown = numbers(made.exchange(fakes(11, 12, 13, 14), seed(step)))
    kept = numbers(made.pictures)
    assert sorted(shown + kept) == [1, 2, 3, 4, 5, 6, 11, 12, 13, 14]
    for new, found in zip((11, 12, 13, 14), shown, strict=True):
        assert found == new or (found <= 6 and new in kept)


def test_half_of_the_shown_are_old_and_every_slot_is_used():
    made = make(4)
    old, slots, number = 0, set(), 5
    made.exchange(fakes(1, 2, 3, 4), seed(0))
    for step in range(1, 201):
        before = numbers(made.pictures)
        shown = numbers(made.exchange(fakes(number, number + 1), seed(step)))
        old += sum(found < number for found in shown)
        slots |= {before.index(found) for found in shown if found < number}
        number += 2
    assert 160 < old < 240  # 200 expected, deviation 10
    assert slots == {0, 1, 2, 3}


def test_a_seed_decides():
    one, other = full(), full()
    for step in range(5):
        new = fakes(10 + step, 20 + step, 30 + step)
        assert numbers(one.exchange(new, seed(step))) == numbers(other.exchange(new, seed(step)))
    shown = {tuple(numbers(full().exchange(fakes(11, 12, 13), seed(step)))) for step in range(10)}
    assert len(shown) > 3


def test_more_fakes_than_places():
    made = make(2)
    assert numbers(made.exchange(fakes(1, 2, 3), seed(0))) == [1, 2, 3]
    assert numbers(made.pictures) == [1, 2]
    shown = numbers(made.exchange(fakes(4, 5, 6), seed(1)))
    assert shown[2] == 6
    assert sorted(shown[:2] + numbers(made.pictures)) == [1, 2, 4, 5]


def test_a_pool_of_none_hands_out_the_newest():
    made = make(0)
    for step in range(3):
        assert numbers(made.exchange(fakes(step, 9), seed(step))) == [step, 9]


def test_no_gradient_passes_and_half_precision_stays():
    new = tf.cast(fakes(1, 2), tf.bfloat16)
    with tf.GradientTape() as tape:
        tape.watch(new)
        shown = make(3).exchange(new, seed(0))
        total = tf.reduce_sum(tf.cast(shown, tf.float32))
    assert shown.dtype == tf.bfloat16
    assert tape.gradient(total, new) is None


def test_compiled_and_eager_agree():
    eager, compiled = full(), full()
    exchange = tf.function(compiled.exchange)
    for step in range(4):
        new = fakes(50 + step, 60 + step)
        assert numbers(eager.exchange(new, seed(step))) == numbers(exchange(new, seed(step)))
    assert numbers(eager.pictures) == numbers(compiled.pictures)


def test_xla_keeps_the_rule():
    """Keras compiles with XLA where there is a GPU; there a seed draws other numbers."""
    made = full()
    shown = numbers(tf.function(made.exchange, jit_compile=True)(fakes(11, 12, 13, 14), seed(0)))
    assert sorted(shown + numbers(made.pictures)) == [1, 2, 3, 4, 5, 6, 11, 12, 13, 14]
    assert shown != [11, 12, 13, 14]


@pytest.mark.parametrize("size", [-1, 1.5, "50", True, None])
def test_a_size_out_of_range_is_refused(size):
    with pytest.raises(ValueError, match="the pool's size is"):
        make(size)
