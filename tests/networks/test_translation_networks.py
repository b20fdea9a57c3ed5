"""U-Net and patch discriminator: shapes, ranges, gradients, and what they can express."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from weights import assert_same_weights

from gan_helpers import losses, networks

SIDES = (28, 32, 64, 128)


def pictures(side, channels, count=2):
    random = np.random.default_rng(side)
    return tf.constant(random.uniform(-1, 1, (count, side, side, channels)), tf.float32)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(("channels", "made"), [(1, 3), (3, 1), (3, 3)])
def test_unet_makes_a_picture_of_a_picture(side, channels, made):
    unet = networks.unet((side, side, channels), made, width=2)
    result = unet(pictures(side, channels)).numpy()
    assert result.shape == (2, side, side, made) and result.dtype == np.float32
    assert np.abs(result).max() <= 1
    squares = {layer.output.shape[1] for layer in unet.layers if "leaky_down" in layer.name}
    assert min(squares) == (7 if side == 28 else 4)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_discriminator_gives_a_logit_a_patch(side, channels):
    shape = channels and (side, side, channels)
    judge = networks.patch_discriminator(shape, (side, side, 3), width=2)
    target = pictures(side, 3)
    logits = judge(target if shape is None else [pictures(side, channels), target])
    patches = 7 if side == 28 else side // 8
    assert logits.shape == (2, patches, patches, 1) and logits.dtype == tf.float32


def test_a_logit_sees_a_patch_only():
    judge = networks.patch_discriminator((64, 64, 1), (64, 64, 1), width=2)
    source, target = pictures(64, 1, 1), -pictures(64, 1, 1)
    with tf.GradientTape() as tape:
        tape.watch(target)
        middle = judge([source, target])[0, 4, 4, 0]
    seen = np.argwhere(tape.gradient(middle, target).numpy()[0, :, :, 0])
    assert (np.ptp(seen, axis=0) + 1).tolist() == [34, 34]


@pytest.mark.parametrize("normalization", networks.NORMALIZATIONS)
def test_gradients_reach_all_weights(normalization):
    unet = networks.unet((32, 32, 1), 3, width=2, normalization=normalization)
    judge = networks.patch_discriminator((32, 32, 1), (32, 32, 3), width=2)
    source = pictures(32, 1)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(judge([source, unet(source, training=True)]) ** 2)
    weights = unet.trainable_variables + judge.trainable_variables
    for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
        assert gradient is not None and np.abs(gradient).max() > 0, weight.path


def test_second_order_gradients_reach_the_discriminator():
    judge = networks.patch_discriminator((28, 28, 1), (28, 28, 3), width=2)
    source, target = pictures(28, 1), pictures(28, 3)
    with tf.GradientTape() as tape:
        penalty = losses.zero_centered_penalty(
            lambda images, training: judge([source, images], training=training), target
        )
    kernels = [weight for weight in judge.trainable_variables if weight.name == "kernel"]
    for kernel, gradient in zip(kernels, tape.gradient(penalty, kernels), strict=True):
        assert gradient is not None and np.abs(gradient).max() > 0, kernel.path


def test_every_pixel_of_the_source_can_pass():
    """Two sources that differ in one pixel give results that differ most at that pixel."""
    keras.utils.set_random_seed(0)
    unet = networks.unet((32, 32, 1), 1, width=4)
    blocks = unet.get_layer("to_blocks")
    kernel, bias = (np.zeros_like(weight) for weight in blocks.get_weights())
    for place in range(4):  # the last four of its inputs are the source's blocks
        kernel[1, 1, place - 4, place] = 1
    blocks.set_weights([kernel, bias])
    source = 0.5 * pictures(32, 1)
    np.testing.assert_allclose(unet(source), np.tanh(source), atol=1e-5)


def test_the_untrained_unet_draws_around_its_level():
    drawn = networks.unet((28, 28, 1), 1, width=4, level=0.5)(pictures(28, 1)).numpy()
    assert abs(drawn.mean() - 0.5) < 0.2


def test_networks_are_saved_with_safe_mode(tmp_path):
    for network in (
        networks.unet((28, 28, 1), 3, width=2, normalization="instance"),
        networks.patch_discriminator((28, 28, 1), (28, 28, 3), width=2),
    ):
        network.save(tmp_path / "network.keras")
        loaded = keras.saving.load_model(tmp_path / "network.keras", safe_mode=True)
        assert_same_weights(network, loaded)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (30, 30, 3)}, r"image_shape is \(30, 30, 3\)"),
        ({"image_shape": (64, 64, 4)}, "1 or 3 channels"),
        ({"channels": 2}, "channels is 2"),
        ({"width": 0}, "width is 0"),
        ({"normalization": "layer"}, "normalization is 'layer'; allowed are None, 'batch'"),
        ({"level": 1}, "level is 1"),
    ],
)
def test_unet_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        networks.unet(**arguments)


def test_discriminator_refuses_two_sizes():
    with pytest.raises(ValueError, match="the same height and width"):
        networks.patch_discriminator((32, 32, 3), (64, 64, 3))


def test_instance_normalization_is_of_each_channel_by_itself():
    network = networks.unet((32, 32, 1), 1, width=2, normalization="instance")
    norm = network.get_layer("norm_down_16")
    features = np.random.default_rng(0).normal([0.0, 50.0], [1.0, 9.0], (3, 16, 16, 2))
    found = norm(features.astype(np.float32)).numpy()
    np.testing.assert_allclose(found.mean(axis=(1, 2)), 0.0, atol=1e-3)
    np.testing.assert_allclose(found.std(axis=(1, 2)), 1.0, atol=1e-2)
