"""The pipeline: whole batches, in an order that can be repeated and resumed."""

import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies

from gan_helpers import data


def numbered(count):
    """Return pictures (count, 2, 2, 1), each with its own number in its bytes."""
    pictures = np.zeros((count, 2, 2, 1), np.uint8)
    pictures[:, 0, 0, 0], pictures[:, 0, 1, 0] = np.divmod(np.arange(count), 256)
    return pictures


def epoch_of(dataset):
    """Return the numbers of the pictures of the next epoch, (steps, batch_size)."""
    batches = [data.unscale(batch.numpy()).astype(int) for batch in dataset]
    return np.stack([batch[:, 0, 0, 0] * 256 + batch[:, 0, 1, 0] for batch in batches])


def test_batches_are_scaled_floats_of_a_known_shape():
    pictures = np.random.default_rng(0).integers(0, 256, (10, 4, 6, 3), dtype=np.uint8)
    dataset = data.pipeline(pictures, batch_size=5, seed=1)
    assert dataset.element_spec == tf.TensorSpec((5, 4, 6, 3), tf.float32)
    together = np.concatenate([batch.numpy() for batch in dataset])
    assert -1.0 <= together.min() and together.max() <= 1.0
    order = np.lexsort(data.unscale(together).reshape(10, -1).T)
    expected = pictures[np.lexsort(pictures.reshape(10, -1).T)]
    np.testing.assert_allclose(together[order], data.scale(expected), atol=1e-6)


@hypothesis.settings(max_examples=8, deadline=None)
@hypothesis.given(strategies.data())
def test_whole_batches_only_and_each_picture_at_most_once(draw):
    count = draw.draw(strategies.integers(1, 300))
    batch_size = draw.draw(strategies.integers(1, count))
    dataset = data.pipeline(numbered(count), batch_size, seed=draw.draw(strategies.integers(-9, 9)))
    seen = epoch_of(dataset)
    assert seen.shape == (count // batch_size, batch_size)
    assert len(dataset) == len(seen)
    assert len(np.unique(seen)) == seen.size


def test_what_is_left_out_changes_from_epoch_to_epoch():
    dataset = data.pipeline(numbered(100), batch_size=64, seed=0)
    left_out = [frozenset(range(100)) - set(epoch_of(dataset).flat) for _ in range(3)]
    assert len(set(left_out)) == 3


def test_a_seed_repeats_and_another_one_does_not():
    first, same, other = (data.pipeline(numbered(300), 30, seed) for seed in (5, 5, 6))
    epochs = [epoch_of(first), epoch_of(first)]
    np.testing.assert_array_equal(epochs, [epoch_of(same), epoch_of(same)])
    assert (epochs[0] != epoch_of(other)).mean() > 0.9
    assert (epochs[0] != epochs[1]).mean() > 0.9


def test_the_global_seed_does_not_matter():
    orders = []
    for seed in (1, 2):
        tf.random.set_seed(seed)
        orders.append(epoch_of(data.pipeline(numbered(50), 10, seed=3)))
    np.testing.assert_array_equal(*orders)


def test_every_picture_can_come_first():
    dataset = data.pipeline(numbered(4), 1, seed=0)
    firsts = epoch_of(dataset.repeat(60))[::4, 0]
    counts = np.bincount(firsts, minlength=4)
    assert counts.min() >= 5, counts


def test_epoch_is_the_number_of_the_next_one_and_resumes_the_order():
    whole = data.pipeline(numbered(60), 10, seed=2)
    assert whole.epoch.dtype == tf.int64
    epochs = []
    for number in range(4):
        assert int(whole.epoch) == number
        epochs.append(epoch_of(whole))
    resumed = data.pipeline(numbered(60), 10, seed=2)
    resumed.epoch.assign(2)
    np.testing.assert_array_equal(epoch_of(resumed), epochs[2])
    np.testing.assert_array_equal(epoch_of(resumed), epochs[3])


def test_an_epoch_broken_off_counts_as_handed_out():
    dataset = data.pipeline(numbered(60), 10, seed=2)
    next(iter(dataset))
    assert int(dataset.epoch) == 1


def test_repeat_goes_through_new_epochs():
    dataset = data.pipeline(numbered(40), 10, seed=2)
    repeated = epoch_of(dataset.repeat(2))
    fresh = data.pipeline(numbered(40), 10, seed=2)
    np.testing.assert_array_equal(repeated, [*epoch_of(fresh), *epoch_of(fresh)])


def test_batches_are_prepared_ahead():
    """Two batches are fetched before anyone asks: the last step of the pipeline is a prefetch."""
    dataset = data.pipeline(numbered(40), 10)
    kinds = []
    while dataset is not None:
        kinds.append(type(dataset).__name__)
        dataset = getattr(dataset, "_input_dataset", None)
    outermost = next(kind for kind in kinds if kind != "_OptionsDataset")
    assert "Prefetch" in outermost, kinds


def test_a_batch_is_split_over_devices_not_the_order():
    policy = data.pipeline(numbered(4), 2).options().experimental_distribute.auto_shard_policy
    assert policy == tf.data.experimental.AutoShardPolicy.OFF


def test_numpy_integers_will_do():
    dataset = data.pipeline(numbered(10), np.int32(5), np.int64(3))
    np.testing.assert_array_equal(
        epoch_of(dataset), epoch_of(data.pipeline(numbered(10), batch_size=5, seed=3))
    )


@pytest.mark.parametrize("batch_size", [0, -1, 11, 2.0, "4", None])
def test_batch_size_out_of_range_is_refused(batch_size):
    message = f"batch_size is {batch_size!r}; it must be a whole number from 1 to .* 10"
    with pytest.raises(ValueError, match=message):
        data.pipeline(numbered(10), batch_size)


@pytest.mark.parametrize("seed", [1.5, "1", None])
def test_a_seed_that_is_no_whole_number_is_refused(seed):
    with pytest.raises(ValueError, match=f"seed is {seed!r}; it must be a whole number"):
        data.pipeline(numbered(10), 5, seed)


# --- points --------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_points_pass_as_they_are(dtype):
    points = np.random.default_rng(0).normal(100.0, 30.0, (20, 3)).astype(dtype)
    dataset = data.pipeline(points, batch_size=5, seed=1)
    assert dataset.element_spec == tf.TensorSpec((5, 3), tf.float32)
    seen = np.concatenate([batch.numpy() for batch in dataset])
    order = np.argsort(seen[:, 0])
    np.testing.assert_array_equal(seen[order], points[np.argsort(points[:, 0])].astype(np.float32))


def test_points_and_pictures_come_in_the_same_order():
    points = np.arange(60, dtype=np.float32).reshape(30, 2)
    seen = np.stack([batch.numpy() for batch in data.pipeline(points, 10, seed=4)])
    expected = epoch_of(data.pipeline(numbered(30), 10, seed=4))
    np.testing.assert_array_equal(seen[..., 0] / 2, expected)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((0, 2), np.float32), r"the points are empty: their shape is \(0, 2\)"),
        (np.array([[0.0, np.nan]] * 9), "the points hold NaN or infinity"),
        (np.array([[0.0, np.inf]] * 9), "the points hold NaN or infinity"),
        (np.zeros((9, 2), np.int64), r"images has the shape \(9, 2\); expected \(N, H, W, C\)"),
        (np.zeros(9, np.float32), r"images has the shape \(9,\)"),
    ],
)
def test_broken_points_are_refused(points, message):
    with pytest.raises(ValueError, match=message):
        data.pipeline(points, batch_size=3)


def test_without_end_come_the_epochs_of_a_finite_pipeline():
    endless = data.pipeline(numbered(45), 10, seed=2, repeat=True)
    fresh = data.pipeline(numbered(45), 10, seed=2)
    wanted = np.concatenate([epoch_of(fresh) for _ in range(3)])
    assert endless.cardinality() == tf.data.INFINITE_CARDINALITY
    np.testing.assert_array_equal(epoch_of(endless.take(12)), wanted)
    np.testing.assert_array_equal(epoch_of(endless.take(12)), wanted)  # looking moves nothing


@pytest.mark.parametrize("step", [0, 3, 4, 9])
def test_without_end_it_goes_on_in_the_middle_of_an_epoch(step):
    endless = data.pipeline(numbered(45), 10, seed=2, repeat=True)
    wanted = epoch_of(endless.take(15))
    endless.step.assign(step)
    assert endless.step.dtype == tf.int64
    np.testing.assert_array_equal(epoch_of(endless.take(15 - step)), wanted[step:])
