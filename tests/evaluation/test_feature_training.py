"""Nets trained without labels: the views, the loss, and what a short training learns."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_helpers as gh
from gan_helpers.evaluation import feature_training as training

train = gh.evaluation.train_feature_net


def gray(count, side=28, channels=1, seed=0):
    shape = (count, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def test_loss_is_the_papers():
    z = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    unit = z / np.linalg.norm(z, axis=1, keepdims=True)
    similar = np.exp(unit @ unit.T / 0.3)
    wanted = np.mean(
        [-np.log(similar[i, (i + 3) % 6] / (similar[i].sum() - similar[i, i])) for i in range(6)]
    )
    found = training.contrastive_loss(tf.constant(z), 0.3)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_affine_without_changes_gives_the_pictures_back():
    images = tf.constant(gray(3) / 127.5 - 1, tf.float32)
    same = training.affine(images, 5, turn=0.0, zoom=0.0, shift=0.0)
    np.testing.assert_allclose(same, images, atol=1e-5)
    flipped = training.affine(images, 5, turn=0.0, zoom=0.0, shift=0.0, flip=True)
    for before, after in zip(images.numpy(), flipped.numpy(), strict=True):
        gaps = [np.abs(after - wanted).max() for wanted in (before, before[:, ::-1])]
        assert min(gaps) < 1e-4


def test_affine_moves_no_farther_than_asked():
    """A dot in the middle stays within the largest shift; turning and zooming leave it there."""
    images = np.full((200, 29, 29, 1), -1.0, np.float32)
    images[:, 14, 14] = 1.0
    for options, farthest in (
        ({"turn": 40.0, "zoom": 0.2, "shift": 0.0}, 0.5),
        ({"shift": 4.0}, 4),
    ):
        options = {"turn": 0.0, "zoom": 0.0, **options}
        moved = training.affine(tf.constant(images), 3, **options).numpy()[..., 0] + 1
        position = np.stack(
            [
                np.einsum("nhw,h->n", moved, np.arange(29)) / moved.sum(axis=(1, 2)),
                np.einsum("nhw,w->n", moved, np.arange(29)) / moved.sum(axis=(1, 2)),
            ]
        )
        distances = np.abs(position - 14)
        assert distances.max() < farthest + 0.01
        assert distances.max() > 0.8 * farthest or farthest < 1


def test_views_differ_but_keep_range_and_seed(digits):
    images = tf.constant(gh.data.scale(digits[:16]))
    first, again, other = (training.view(images, seed).numpy() for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert np.abs(first - other).mean(axis=(1, 2, 3)).min() > 0.01
    assert first.min() >= -1 - 1e-5 and first.max() <= 1 + 1e-5
    assert first.shape == images.shape


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 48, 3), (64, 64, 3), (128, 128, 1)])
def test_large_pictures_are_shrunk_at_once(shape):
    """So the cost of a picture hardly grows with its size, and the net stays below 1 MB."""
    layers = training.convolutions(shape)
    model = gh.evaluation.feature_networks.network(shape, layers)
    assert model.output["features"].shape == (None, 64)
    assert model.count_params() < 300_000


def test_net_learns_to_find_the_other_view_again(digits, monkeypatch):
    monkeypatch.setattr(training, "BATCH", 48)
    monkeypatch.setattr(training, "WARM_UP", 5)
    trainer = training._Trainer(digits, seed=1)
    losses = trainer.train(None, steps=30)
    assert float(trainer.optimizer.learning_rate) == pytest.approx(4e-3 / (1 + 29 / 5) ** 0.5)
    assert np.mean(losses[:3]) == pytest.approx(np.log(95), abs=0.7)  # blind guessing among 95
    assert np.mean(losses[-5:]) < np.mean(losses[:3]) - 0.4


def test_same_seed_and_steps_give_the_same_net(digits, tmp_path):
    keras.config.set_dtype_policy("mixed_bfloat16")
    nets = [train(digits[:64], seed=seed, steps=2) for seed in (3, 3, 4)]
    assert nets[0].hash == nets[1].hash != nets[2].hash
    found = nets[0].features(digits[:5])
    assert (found.dtype, found.shape, nets[0].classes) == (np.float32, (5, 64), None)
    nets[0].save(tmp_path / "net.npz")
    again = gh.evaluation.FeatureNet.load(tmp_path / "net.npz")
    assert np.array_equal(again.features(digits[:5]), found)
    assert again.about["steps"] == 2 and again.about["seed"] == 3


def test_seconds_end_the_training_and_steps_repeat_it(digits):
    by_clock = train(digits[:64], seed=3, seconds=0.01)
    assert by_clock.about["steps"] == 1  # a first one is always made
    assert train(digits[:64], seed=3, steps=1).hash == by_clock.hash


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (gray(64) / 255, {}, "expected uint8"),
        (gray(64, side=27), {}, "27 x 27 pixels; expected 28 to 128"),
        (gray(64, side=129), {}, "129 x 129 pixels"),
        (gray(63), {}, "63 pictures; at least 64"),
        (gray(64), {"seconds": 0}, "seconds is 0"),
        (gray(64), {"seconds": "60"}, "seconds is '60'"),
        (gray(64), {"seed": -1}, "seed is -1"),
        (gray(64), {"steps": 0}, "steps is 0"),
    ],
)
def test_what_it_cannot_train_on_is_refused(images, options, message):
    with pytest.raises(ValueError, match=message):
        train(images, **options)
