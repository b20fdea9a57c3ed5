"""The residual translator starts at doing nothing, and learns to do anything."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_helpers as gh


def pictures(shape, count=2):
    return np.random.default_rng(0).uniform(-1, 1, (count, *shape)).astype(np.float32)


@pytest.mark.parametrize(
    ("shape", "patch"), [((28, 28, 1), 2), ((32, 32, 3), 4), ((64, 64, 3), 4), ((20, 12, 3), 1)]
)
def test_untrained_it_returns_what_came(shape, patch):
    network = gh.networks.residual_translator(shape, width=4, blocks=1, patch=patch)
    assert network.output_shape == (None, *shape)
    assert np.array_equal(network(pictures(shape)), pictures(shape))


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_output_is_float32(policy):
    keras.config.set_dtype_policy(policy)
    network = gh.networks.residual_translator((8, 8, 3), width=4, blocks=1)
    assert network(pictures((8, 8, 3))).dtype == tf.float32
    assert np.array_equal(network(pictures((8, 8, 3))), pictures((8, 8, 3)))


def test_a_change_stays_where_it_was_made():
    """Blocks of pixels come back to their own places."""
    network = gh.networks.residual_translator((8, 8, 1), width=4, blocks=0, patch=4)
    change = network.get_layer("change")
    kernel, _ = change.get_weights()
    change.set_weights([kernel, np.arange(16.0)])
    change_made = network(np.zeros((1, 8, 8, 1), np.float32)).numpy()[0, :, :, 0]
    assert np.array_equal(change_made, np.tile(np.arange(16.0).reshape(4, 4), (2, 2)))


def test_gradients_reach_all_weights():
    network = gh.networks.residual_translator((8, 8, 3), width=4, blocks=2, patch=2)
    change = network.get_layer("change")
    kernel, bias = change.get_weights()
    change.set_weights([np.random.default_rng(1).normal(size=kernel.shape), bias])
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(network(pictures((8, 8, 3))) ** 2)
    for gradient in tape.gradient(loss, network.trainable_variables):
        assert np.abs(gradient).max() > 0


def test_saved_without_code(tmp_path):
    network = gh.networks.residual_translator((8, 8, 3), width=4, blocks=1)
    network.save(tmp_path / "translator.keras")
    loaded = keras.saving.load_model(tmp_path / "translator.keras", safe_mode=True)
    assert np.array_equal(loaded(pictures((8, 8, 3))), network(pictures((8, 8, 3))))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"image_shape": (64, 64)}, "image_shape is"),
        ({"image_shape": (64, 64, 4)}, "1 or 3 channels"),
        ({"image_shape": 64}, "image_shape is 64"),
        ({"image_shape": (30, 30, 3)}, "cannot be cut into blocks of 4 x 4"),
        ({"width": 0}, "width is 0"),
        ({"blocks": -1}, "blocks is -1"),
        ({"patch": 2.0}, "patch is 2.0"),
    ],
)
def test_arguments_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        gh.networks.residual_translator(**options)
