"""Networks of points: their shapes, precision, and the layers that help a discriminator to see."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_helpers as gh
from gan_helpers import networks


def points(count=8, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)


ALL_TOGETHER = {"width": 5, "depth": 2, "fourier": 3, "pack": 2, "spectral": True}


def dense_layers(model):
    """Return the dense layers of a model, also those within another one."""
    inner = [getattr(layer, "layer", layer) for layer in model.layers]
    return [layer for layer in inner if isinstance(layer, keras.layers.Dense)]


def test_generator_has_the_size_that_was_asked_for():
    model = networks.plane_generator(latent_dim=3, width=7, depth=2)
    assert model.input_shape == (None, 3) and model.output_shape == (None, 2)
    assert [layer.units for layer in dense_layers(model)] == [7, 7, 2]


def test_discriminator_has_the_size_that_was_asked_for():
    model = networks.plane_discriminator(width=7, depth=2)
    assert model.input_shape == (None, 2) and model.output_shape == (None, 1)
    assert [layer.units for layer in dense_layers(model)] == [7, 7, 1]
    assert model.count_params() == (2 * 7 + 7) + (7 * 7 + 7) + (7 + 1)


def test_a_mixed_policy_changes_no_digit():
    """In bfloat16, points at 4 would lie on a raster of 1/64, a third of a mode's deviation."""
    outputs = []
    for policy in ("float32", "mixed_bfloat16"):
        keras.config.set_dtype_policy(policy)
        keras.utils.set_random_seed(3)
        generator = networks.plane_generator(width=4)
        discriminator = networks.plane_discriminator(**ALL_TOGETHER)
        outputs.append([generator(points()), discriminator(points(), training=True)])
    for exact, mixed in zip(*outputs, strict=True):
        assert mixed.dtype == tf.float32
        np.testing.assert_array_equal(exact, mixed)


@pytest.mark.parametrize("options", [{}, {"fourier": 4}, {"pack": 2}, {"spectral": True}])
def test_each_kind_trains_and_loads_again(options, tmp_path):
    gan = gh.GAN(
        networks.plane_generator(width=4, depth=1),
        networks.plane_discriminator(width=4, depth=1, **options),
    )
    gan.compile(r1=0.1, r2=0.1, run_eagerly=True)
    before = gan.discriminator.get_weights()
    gan.fit(gh.data.pipeline(points(8), batch_size=4), verbose=0)
    assert gan.steps == 2
    changed = [(a != b).any() for a, b in zip(before, gan.discriminator.get_weights(), strict=True)]
    assert any(changed)
    gan.save(tmp_path / "gan.keras")
    loaded = gh.GAN.load(tmp_path / "gan.keras")  # with safe_mode: no code hides in the layers
    np.testing.assert_array_equal(loaded.generate(5, seed=0), gan.generate(5, seed=0))
    np.testing.assert_array_equal(loaded.discriminator(points()), gan.discriminator(points()))


# --- waves ---------------------------------------------------------------------------------------


def test_fourier_features_are_the_formula():
    layer = networks.FourierFeatures(count=5, scale=0.7)
    features = layer(points(6)).numpy()
    angles = 2 * np.pi * points(6) @ layer.frequencies.numpy()
    np.testing.assert_allclose(features, np.hstack([np.sin(angles), np.cos(angles)]), atol=1e-5)
    assert layer.trainable_weights == []


def test_scale_is_the_spread_of_the_frequencies():
    layer = networks.FourierFeatures(count=4000, scale=0.3)
    layer.build((None, 2))
    assert layer.frequencies.numpy().std() == pytest.approx(0.3, rel=0.05)
    assert abs(layer.frequencies.numpy().mean()) < 0.02


def test_the_waves_are_fixed_by_the_seed_and_never_trained():
    frequencies = []
    for _ in range(2):
        keras.utils.set_random_seed(4)
        model = networks.plane_discriminator(width=4, fourier=3, fourier_scale=0.5)
        frequencies.append(model.get_layer("waves").frequencies.numpy())
    np.testing.assert_array_equal(*frequencies)
    trained = {variable.path for variable in model.trainable_variables}
    assert model.get_layer("waves").frequencies.path not in trained
    assert model.get_layer("dense_1").kernel.shape == (6, 4)  # sines and cosines


# --- packs ---------------------------------------------------------------------------------------


def test_a_pack_is_judged_as_one():
    model = networks.plane_discriminator(width=4, depth=1, pack=3)
    samples = points(9)
    logits = model(samples).numpy()
    assert logits.shape == (9, 1)
    dense, logit = dense_layers(model)
    hidden = dense(samples.reshape(3, 6))
    by_hand = logit(tf.nn.leaky_relu(hidden, 0.2)).numpy()
    np.testing.assert_allclose(logits, np.repeat(by_hand, 3, axis=0), atol=1e-6)


def test_a_sample_changes_its_own_pack_alone():
    model = networks.plane_discriminator(width=4, pack=2)
    samples = points(6)
    changed = samples.copy()
    changed[3] += 1.0
    differs = (model(samples).numpy() != model(changed).numpy()).ravel()
    assert list(differs) == [False, False, True, True, False, False]


def test_packs_that_are_not_full_are_refused():
    model = networks.plane_discriminator(width=4, pack=4)
    with pytest.raises(ValueError, match="6 samples do not fill packs of 4; choose a batch size"):
        model(points(6))
    gan = gh.GAN(networks.plane_generator(width=4), model)
    gan.compile()
    with pytest.raises(ValueError, match="6 samples do not fill packs of 4"):
        gan.fit(gh.data.pipeline(points(12), batch_size=6), verbose=0)


# --- spectral norm -------------------------------------------------------------------------------


def test_spectral_norm_keeps_the_slope_at_one():
    keras.utils.set_random_seed(0)
    model = networks.plane_discriminator(width=16, depth=2, spectral=True)
    for _ in range(30):  # each call in training mode improves its estimate of the largest value
        model(points(), training=True)
    for layer in dense_layers(model):
        largest = np.linalg.svd(layer.kernel.numpy(), compute_uv=False)[0]
        assert largest == pytest.approx(1.0, abs=0.05)
    near, far = points(200, seed=1), points(200, seed=2)
    rise = np.abs(model(near) - model(far))[:, 0]
    assert (rise <= 1.1 * np.linalg.norm(near - far, axis=1)).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: networks.plane_generator(latent_dim=0), "latent_dim is 0; it must be a whole"),
        (lambda: networks.plane_generator(width=2.5), "width is 2.5; it must be a whole number"),
        (lambda: networks.plane_generator(depth=0), "depth is 0"),
        (lambda: networks.plane_discriminator(width="8"), "width is '8'"),
        (lambda: networks.plane_discriminator(fourier=-1), "fourier is -1; .* from 0 on"),
        (lambda: networks.plane_discriminator(pack=0), "pack is 0; it must be a whole .* 1 on"),
        (lambda: networks.plane_discriminator(fourier=2, fourier_scale=0), "scale is 0; it must"),
        (lambda: networks.FourierFeatures(0), "count is 0"),
        (lambda: networks.Pack(0), "size is 0"),
        (lambda: networks.Unpack(True), "size is True"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_slope_of_the_generator():
    model = networks.plane_generator(width=3, depth=1, slope=0.0)
    slopes = [x.negative_slope for x in model.layers if isinstance(x, keras.layers.LeakyReLU)]
    assert slopes == [0.0]
    with pytest.raises(ValueError, match="slope is 1"):
        networks.plane_generator(slope=1)
