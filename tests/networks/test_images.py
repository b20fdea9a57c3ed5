"""Both families: shapes, ranges, gradients, saving, and no checkerboard in the modern one."""

import functools
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from gan_helpers import networks
from gan_helpers.networks import images

SHAPES = [(side, side, channels) for side in (28, 32, 64, 128) for channels in (1, 3)]
SHAPES += [(side, side, 1) for side in (40, 48, 56)]
WIDTH = 4
LATENT_DIM = 6

every_shape = pytest.mark.parametrize("shape", SHAPES, ids=str)
every_family = pytest.mark.parametrize("family", networks.FAMILIES)


@pytest.fixture(params=["float32", "mixed_bfloat16"])
def precision(request):
    """Set the Keras policy for one test."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


@pytest.fixture
def float32():
    """Set float32 for one test: bfloat16 rounds too roughly to compare numbers."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    yield
    keras.config.set_dtype_policy(before)


def latents(count=4, latent_dim=LATENT_DIM, seed=0):
    return np.random.default_rng(seed).standard_normal((count, latent_dim)).astype(np.float32)


def pictures(shape, count=4, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (count, *shape)).astype(np.float32)


def generator(shape=(28, 28, 1), family="modern"):
    return built(networks.generator, shape, family, keras.config.dtype_policy().name)


def discriminator(shape=(28, 28, 1), family="modern"):
    return built(networks.discriminator, shape, family, keras.config.dtype_policy().name)


@functools.cache  # building takes longer than most tests; nobody changes what comes from here
def built(build, shape, family, policy):
    keras.utils.set_random_seed(1)
    return build(shape, width=WIDTH, family=family, **latent_size(build))


def fresh(build, family):
    """Return a network of its own, for tests that change or compare weights."""
    return build((28, 28, 1), width=WIDTH, family=family, **latent_size(build))


def latent_size(build):
    return {"latent_dim": LATENT_DIM} if build is networks.generator else {}


# ---- shapes, ranges, names ----------------------------------------------------------------------


@every_family
@every_shape
def test_shapes_ranges_and_float32_output(shape, family):
    check_outputs(shape, family)


@every_family
def test_float32_output_under_every_policy(family, precision):
    check_outputs((28, 28, 1), family)
    check_outputs((32, 32, 3), family)


def check_outputs(shape, family):
    fakes = generator(shape, family)(latents(2))
    logits = discriminator(shape, family)(fakes)
    assert fakes.shape == (2, *shape) and fakes.dtype == "float32"
    assert logits.shape == (2, 1) and logits.dtype == "float32"
    assert np.abs(fakes).max() <= 1
    assert np.isfinite(fakes).all() and np.isfinite(logits).all()


@every_family
def test_far_out_latents_stay_in_range(family):
    network = fresh(networks.generator, family)
    # The dcgan family starts with tiny weights: enlarge them to drive tanh to its ends.
    network.set_weights([10 * weight for weight in network.get_weights()])
    fakes = np.asarray(network(1000 * latents()))
    assert fakes.min() < -0.9 and fakes.max() > 0.9
    assert np.abs(fakes).max() <= 1


@every_family
def test_logits_are_not_squashed(family, float32):
    network = fresh(networks.discriminator, family)
    network.set_weights([10 * weight for weight in network.get_weights()])
    assert np.abs(network(pictures((28, 28, 1)))).max() > 1


@every_family
def test_policy_computes_inside(family, precision):
    expected = "bfloat16" if precision == "mixed_bfloat16" else "float32"
    for network in (generator(family=family), discriminator(family=family)):
        inside = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
        assert expected in {layer.compute_dtype for layer in inside} or not inside
        assert all(variable.dtype == "float32" for variable in network.trainable_variables)


@every_family
def test_functional_with_named_layers(family):
    for build, name in (
        (networks.generator, "generator"),
        (networks.discriminator, "discriminator"),
    ):
        first, second = fresh(build, family), fresh(build, family)
        assert type(first).__name__ == "Functional"
        assert first.name == name
        names = [layer.name for layer in first.layers]
        assert len(set(names)) == len(names)
        # Names that Keras gives are counted on from model to model.
        assert names == [layer.name for layer in second.layers]
        assert not any(isinstance(layer, keras.layers.Lambda) for layer in first.layers)


@every_family
@pytest.mark.parametrize("latent_dim", [1, 2, 100])
def test_latent_sizes(latent_dim, family):
    network = networks.generator((28, 28, 1), latent_dim, WIDTH, family)
    assert network.input_shape == (None, latent_dim)
    assert network(latents(3, latent_dim)).shape == (3, 28, 28, 1)


@every_family
@pytest.mark.parametrize("build", [networks.generator, networks.discriminator])
def test_more_width_means_more_parameters(build, family):
    counts = [build((32, 32, 3), width=width, family=family).count_params() for width in (1, 2, 5)]
    assert counts == sorted(set(counts))


@pytest.mark.parametrize("side", networks.FIRST_SIDE)
def test_filters_of_stages(side):
    filters = networks.stage_filters(side, 32)
    assert networks.FIRST_SIDE[side] * 2 ** (len(filters) - 1) == side
    assert filters[-1] == 32
    assert all(
        smaller == min(2 * larger, images.MOST_FILTERS)
        for smaller, larger in itertools.pairwise(filters)
    )


def test_list_as_shape():
    assert networks.generator([28, 28, 1], LATENT_DIM, WIDTH).output_shape == (None, 28, 28, 1)


@every_family
def test_each_call_draws_new_weights_and_a_seed_repeats_them(family):
    for build in (networks.generator, networks.discriminator):
        drawn = []
        for seed in (5, 5, None):
            if seed is not None:
                keras.utils.set_random_seed(seed)
            drawn.append(fresh(build, family).get_weights()[0])
        assert np.array_equal(drawn[0], drawn[1])
        assert not np.allclose(drawn[1], drawn[2])


# ---- gradients ----------------------------------------------------------------------------------


def relative_gradients(network, inputs):
    """Return {path: largest gradient, relative to the largest of all} of a random projection."""
    with tf.GradientTape() as tape:
        output = network(inputs, training=True)
        direction = np.random.default_rng(7).standard_normal(output.shape).astype(np.float32)
        total = tf.reduce_sum(output * direction)
    gradients = tape.gradient(total, network.trainable_variables)
    sizes = [0.0 if g is None else float(tf.reduce_max(tf.abs(g))) for g in gradients]
    paths = [variable.path for variable in network.trainable_variables]
    return {path: size / max(sizes) for path, size in zip(paths, sizes, strict=True)}


@every_family
@every_shape
def test_every_parameter_receives_a_gradient(shape, family, float32):
    found = relative_gradients(generator(shape, family), latents(8))
    found |= relative_gradients(discriminator(shape, family), pictures(shape, 8))
    # Rounding leaves about 1e-8 where the true gradient is zero (a bias before batch norm).
    assert min(found.values()) > 1e-6, found


@every_family
def test_gradient_reaches_every_pixel(family, float32):
    network = discriminator(family=family)
    images = tf.constant(pictures((28, 28, 1), 8))
    with tf.GradientTape() as tape:
        tape.watch(images)
        total = tf.reduce_sum(network(images))
    assert (np.abs(tape.gradient(total, images)).max(axis=0) > 0).all()


def test_modern_family_has_no_norm():
    for network in (generator(), discriminator()):
        names = {type(layer).__name__ for layer in network.layers}
        assert not names & {"BatchNormalization", "GroupNormalization", "LayerNormalization"}


def change_by_neighbors(family):
    """Return how much the logits of four pictures change when the rest of the batch does."""
    network = discriminator(family=family)
    mine, others = pictures((28, 28, 1)), pictures((28, 28, 1), 12, seed=1)
    alone = np.asarray(network(np.concatenate([mine, others]), training=True))[:4]
    among = np.asarray(network(np.concatenate([mine, 0.1 * others - 0.9]), training=True))[:4]
    return np.abs(alone - among).max() / np.abs(alone).max()


def test_pictures_of_a_batch_do_not_see_each_other_in_the_modern_family(float32):
    assert change_by_neighbors("modern") < 1e-5


def test_pictures_of_a_batch_see_each_other_through_batch_norm(float32):
    assert change_by_neighbors("dcgan") > 1e-2


@every_family
def test_train_and_inference_mode_differ_only_with_batch_norm(family, float32):
    network = generator(family=family)
    gap = np.abs(network(latents(), training=True) - network(latents(), training=False)).max()
    assert (gap > 1e-3) == (family == "dcgan")


# ---- checkerboard -------------------------------------------------------------------------------


def enlarging_stages(network):
    """Return (first, last) layers of the way from each side to the next, and to the picture.

    Each stage runs up to the last layer before the side grows again.
    """
    layers = [layer for layer in network.layers if len(layer.output.shape) == 4]
    side = {layer: layer.output.shape[1] for layer in layers}
    ends = [one for one, after in itertools.pairwise(layers) if side[after] > side[one]]
    return list(zip(ends, [*ends[1:], layers[-1]], strict=True))


def unevenness_of_stages(network, margin=6):
    """Feed each stage a constant map; return the spread of what comes out, away from borders."""
    found = {}
    for start, end in enlarging_stages(network):
        side, _, channels = start.output.shape[1:]
        stage = keras.Model(start.output, end.output)
        # More places than in the real network, or small squares would be all border.
        features = np.ones((1, side, side, channels), np.float32)
        features *= np.random.default_rng(8).standard_normal(channels).astype(np.float32)
        output = np.asarray(stage(features, training=False))[0]
        margin_here = min(margin, output.shape[0] // 2 - 2)
        inner = output[margin_here:-margin_here, margin_here:-margin_here]
        spread = np.ptp(inner, axis=(0, 1)).max()
        found[f"{side} to {output.shape[0]}"] = float(spread / np.abs(inner).max())
    return found


@every_shape
def test_modern_family_keeps_constant_maps_constant(shape, float32):
    found = unevenness_of_stages(generator(shape))
    assert len(found) >= 2
    assert max(found.values()) < 1e-5, found


@every_shape
def test_dcgan_family_makes_a_checkerboard_of_constant_maps(shape, float32):
    found = unevenness_of_stages(generator(shape, "dcgan"))
    assert len(found) >= 2
    assert min(found.values()) > 0.05, found


def ratio_of_phases(family):
    """Return the largest over the smallest spread of even and odd pixels, untrained."""
    drawn = []
    for seed in range(6):
        keras.utils.set_random_seed(seed)
        network = networks.generator((28, 28, 1), 16, 8, family)
        before_tanh = keras.Model(network.input, network.layers[-1].input)
        drawn.append(np.asarray(before_tanh(latents(128, 16, seed), training=False)))
    spread = np.concatenate(drawn).std(axis=0)[6:-6, 6:-6, 0]
    phases = [spread[row::2, column::2].mean() for row in (0, 1) for column in (0, 1)]
    return max(phases) / min(phases)


def test_checkerboard_of_untrained_generators(float32):
    assert ratio_of_phases("modern") < 1.15
    assert ratio_of_phases("dcgan") > 1.3


# ---- saving -------------------------------------------------------------------------------------


@every_family
def test_save_and_load_in_safe_mode(family, precision, tmp_path):
    shape = (32, 32, 3)
    for number, (network, inputs) in enumerate(
        [(generator(shape, family), latents()), (discriminator(shape, family), pictures(shape))]
    ):
        path = tmp_path / f"{number}.keras"
        network.save(path)
        loaded = keras.saving.load_model(path, safe_mode=True)
        assert [layer.name for layer in loaded.layers] == [layer.name for layer in network.layers]
        assert np.array_equal(network(inputs, training=False), loaded(inputs, training=False))
        assert loaded.output.dtype == "float32"


# ---- bad input ----------------------------------------------------------------------------------

BAD_SHAPES = [
    (28, 28),
    (28, 28, 2),
    (28, 28, 4),
    (28, 32, 1),
    (30, 30, 1),
    (256, 256, 3),
    (0, 0, 1),
    (-28, -28, 1),
    (1, 28, 28),
    (None, 28, 28, 1),
    (None, None, 1),
    ("28", "28", "1"),
    (),
    28,
    "28x28",
    None,
]


@pytest.mark.parametrize("build", [networks.generator, networks.discriminator])
@pytest.mark.parametrize("shape", BAD_SHAPES, ids=str)
def test_shapes_not_supported(build, shape):
    with pytest.raises(ValueError, match=r"image_shape is .* 28, 32, 40, .*, 128 pixels"):
        build(shape)


@pytest.mark.parametrize("build", [networks.generator, networks.discriminator])
@pytest.mark.parametrize("width", [0, -1, 513, 2.5, "32", None])
def test_width_out_of_range(build, width):
    with pytest.raises(ValueError, match=r"width is .* from 1 to 512"):
        build(width=width)


@pytest.mark.parametrize("build", [networks.generator, networks.discriminator])
@pytest.mark.parametrize("family", ["DCGAN", "", None, 1])
def test_unknown_family(build, family):
    with pytest.raises(ValueError, match=r"family is .* modern, dcgan"):
        build(family=family)


@pytest.mark.parametrize("latent_dim", [0, -3, 1.5, "64", None])
def test_latent_size_out_of_range(latent_dim):
    with pytest.raises(ValueError, match=r"latent_dim is .* from 1 on"):
        networks.generator(latent_dim=latent_dim)


def test_bad_input_is_refused_before_anything_is_built(monkeypatch):
    monkeypatch.setattr(images.keras, "Input", lambda *_, **__: pytest.fail("built too early"))
    for wrong in ({"image_shape": (30, 30, 1)}, {"width": 0}, {"family": "x"}):
        for build in (networks.generator, networks.discriminator):
            with pytest.raises(ValueError):
                build(**wrong)
    with pytest.raises(ValueError):
        networks.generator(latent_dim=0)


def test_numbers_of_numpy_are_numbers():
    shape = tuple(np.array([28, 28, 1]))
    network = networks.generator(shape, width=2, level=np.float32(-0.5), classes=np.int64(3))
    assert network.output_shape == (None, 28, 28, 1)
    assert network.get_layer("embed_label").input_dim == 3
