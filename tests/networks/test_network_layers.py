"""The layers of our own compute what Keras' layers do, and what those cannot."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import networks


def maps(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def two_layers(layer):
    """Return UpSampling2D and Conv2D with the weights of an EnlargingConvolution."""
    kernel, _ = layer.get_weights()
    convolve = keras.layers.Conv2D(layer.filters, 3, padding="same", dtype="float32")
    convolve.build((None, None, None, kernel.shape[2]))
    convolve.set_weights(layer.get_weights())
    enlarge = keras.layers.UpSampling2D(dtype="float32")
    return lambda images: convolve(enlarge(images))


@pytest.mark.parametrize(("shape", "filters"), [((2, 5, 7, 3), 2), ((1, 1, 1, 1), 1)])
def test_enlarging_convolution_equals_two_layers(shape, filters):
    layer = networks.EnlargingConvolution(filters, bias_initializer="normal", dtype="float32")
    images = tf.constant(maps(*shape))
    assert layer(images).shape == layer.compute_output_shape(shape)
    np.testing.assert_allclose(layer(images), two_layers(layer)(images), atol=1e-5)


def test_gradients_of_the_enlarging_convolution_equal_those_of_two_layers():
    layer = networks.EnlargingConvolution(2, dtype="float32")
    images, weights = tf.constant(maps(2, 4, 4, 3)), maps(2, 8, 8, 2)
    layer(images)
    for_input = []
    for network in (layer, two_layers(layer)):
        with tf.GradientTape() as tape:
            tape.watch(images)
            total = tf.reduce_sum(tf.sin(network(images)) * weights)
        for_input.append(tape.gradient(total, images))
    np.testing.assert_allclose(*for_input, atol=1e-5)


def test_unknown_sides_stay_unknown():
    layer = networks.EnlargingConvolution(4)
    assert layer.compute_output_shape((None, None, 7, 3)) == (None, None, 14, 4)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_layers_compute_in_their_precision_and_load_again(policy, tmp_path):
    inputs = keras.Input((4, 4, 3))
    enlarging = networks.EnlargingConvolution(2, keras.initializers.Constant(0.5), dtype=policy)
    outputs = networks.Tanh(dtype=policy)(enlarging(inputs))
    model = keras.Model(inputs, outputs)
    assert outputs.dtype == ("float32" if policy == "float32" else "bfloat16")
    assert all(weight.dtype == "float32" for weight in model.weights)
    model.save(tmp_path / "layers.keras")
    loaded = keras.saving.load_model(tmp_path / "layers.keras", safe_mode=True)
    np.testing.assert_array_equal(model(maps(1, 4, 4, 3)), loaded(maps(1, 4, 4, 3)))
    assert loaded.layers[1].bias_initializer.value == 0.5


def test_tanh_is_tanh():
    numbers = np.linspace(-12, 12, 1001, dtype=np.float32)
    tanh = networks.Tanh()
    np.testing.assert_allclose(tanh(numbers), np.tanh(numbers), atol=2e-7)
    assert np.abs(tanh(np.float32([-1e4, 1e4]))).max() == 1


@pytest.mark.parametrize("number", [-40.0, -12.0, -1.0, 0.0, 1.0, 12.0, 40.0])
def test_slope_of_tanh_is_not_rounded_away(number):
    x = tf.constant(number)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours, usual = networks.Tanh()(x), tf.tanh(x)
    true = 1 / np.cosh(number) ** 2
    # Far out one of the two sigmoids has lost its slope, and half of it is left.
    assert 0.49 * true < float(tape.gradient(ours, x)) < 1.01 * true
    if abs(number) > 10:
        assert float(tape.gradient(usual, x)) == 0
