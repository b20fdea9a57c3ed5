"""Feature nets: the shipped weights, the numbers they give, and what is refused."""

import hashlib
import importlib.resources
import pathlib
import random
import tomllib

import keras
import numpy as np
import pytest

import gan_helpers as gh
from gan_helpers.evaluation import feature_networks, features

feature_net = gh.evaluation.feature_net
WEIGHTS = importlib.resources.files("gan_helpers.evaluation") / "weights"
SMALL = [[3, 3, 2, "same"], [4, 3, 1, "valid"]]


def small_net(classes=None, seed=0):
    """Return an untrained net for 8 x 8 gray pictures, with all that saving needs."""
    start = keras.initializers.GlorotUniform(seed=seed)
    model = feature_networks.network((8, 8, 1), SMALL, classes, initializer=start)
    about = {"image_shape": [8, 8, 1], "convolutions": SMALL, "classes": classes}
    return features.FeatureNet("small", model, about)


def pictures(count=6, side=8, channels=1, seed=0):
    shape = (count, side, side, channels)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


# --- what is shipped -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "least"), [("mnist", 0.993), ("fashion_mnist", 0.915)])
def test_shipped_net_says_where_it_comes_from(name, least):
    net = feature_net(name)
    assert (net.name, net.classes, net.image_shape) == (name, 10, (28, 28, 1))
    assert net.about["data"] == name
    assert net.about["test_accuracy"] >= least
    assert {"seed", "epochs", "held_out_accuracy"} <= set(net.about)
    assert {"python", "tensorflow", "keras", "numpy"} == set(net.about["versions"])


@pytest.mark.parametrize(("name", "least"), [("mnist", 0.993), ("fashion_mnist", 0.915)])
def test_shipped_net_is_as_accurate_as_it_says(name, least, load_offline):
    try:
        images, labels = load_offline(name, "test")
    except OSError:
        pytest.skip(f"{name} is not on this machine")
    net = feature_net(name)
    accuracy = np.mean(net.probabilities(images).argmax(axis=1) == labels)
    assert accuracy >= least
    if len(images) == 10_000:
        assert accuracy == pytest.approx(net.about["test_accuracy"], abs=0.0003)


def test_shipped_files_are_small_and_hold_no_code():
    files = {file.name: file for file in WEIGHTS.iterdir()}
    assert set(files) == {f"{name}.npz" for name in features.SHIPPED}
    for file in files.values():
        content = file.read_bytes()
        assert len(content) <= 1_000_000
        assert b"pickle" not in content


def test_shipped_files_go_into_the_package():
    project = pathlib.Path(__file__).parents[2] / "pyproject.toml"
    setting = tomllib.loads(project.read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = setting["package-data"]["gan_helpers.evaluation"]
    packed = {path for pattern in patterns for path in WEIGHTS.parent.glob(pattern)}
    assert set(WEIGHTS.iterdir()) <= packed


def test_hash_is_the_sum_of_the_weights_in_order():
    net = feature_net("mnist")
    content = b"".join(value.astype("<f4").tobytes() for value in net.model.get_weights())
    assert hashlib.sha256(content).hexdigest() == features.SHIPPED["mnist"] == net.sha256
    assert net.hash == net.sha256[:8] and net.hash in repr(net)


def test_net_is_loaded_once_and_leaves_random_numbers_alone():
    feature_net.cache_clear()
    state = random.getstate()
    assert feature_net("mnist") is feature_net("mnist")
    assert random.getstate() == state  # Keras draws the seeds of new layers from here


def test_unknown_name_is_refused():
    with pytest.raises(ValueError, match="'cifar'; feature nets are shipped for fashion_mnist, mn"):
        feature_net("cifar")


# --- numbers -------------------------------------------------------------------------------------


def test_features_are_the_models_on_scaled_pictures():
    net, images = small_net(classes=3), pictures()
    wanted = net.model(images / np.float32(127.5) - 1, training=False)
    found = net.features(images)
    assert (found.dtype, found.shape) == (np.float32, (6, feature_networks.DIMENSIONS))
    np.testing.assert_allclose(found, wanted["features"], atol=1e-5)
    probabilities = net.probabilities(images)
    assert (probabilities.dtype, probabilities.shape) == (np.float32, (6, 3))
    np.testing.assert_allclose(probabilities, keras.ops.softmax(wanted["logits"]), atol=1e-5)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("size", [1, 4, 6, 7])
def test_batches_change_nothing(size):
    net, images = small_net(), pictures()
    np.testing.assert_allclose(net.features(images, size), net.features(images), atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_precision_is_float32_whatever_the_policy(digits, policy):
    wanted = feature_net("mnist").features(digits[:20]), small_net(classes=3)
    feature_net.cache_clear()
    keras.config.set_dtype_policy(policy)
    found = feature_net("mnist").features(digits[:20])
    assert found.dtype == np.float32 and np.array_equal(found, wanted[0])
    again = small_net(classes=3)
    assert np.array_equal(again.probabilities(pictures()), wanted[1].probabilities(pictures()))


def test_folded_net_computes_what_the_normalized_one_does():
    normalized = feature_networks.network((8, 8, 1), SMALL, 3, True, "glorot_uniform")
    draw = np.random.default_rng(0)
    for layer in normalized.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([draw.uniform(0.5, 2, value.shape) for value in layer.get_weights()])
    plain = feature_networks.fold(normalized, feature_networks.network((8, 8, 1), SMALL, 3))
    images = draw.uniform(-1, 1, (5, 8, 8, 1)).astype(np.float32)
    wanted, found = normalized(images, training=False), plain(images)
    for output in ("features", "logits"):
        assert np.ptp(wanted[output]) > 0.1
        np.testing.assert_allclose(found[output], wanted[output], atol=1e-5)


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (pictures()[..., 0], {}, r"expected \(N, H, W, C\)"),
        (pictures() / 255, {}, "images is float64; expected uint8"),
        (pictures(side=9), {}, r"images are \(9, 9, 1\); small takes \(8, 8, 1\)"),
        (pictures(channels=3), {}, r"images are \(8, 8, 3\)"),
        (pictures()[:0], {}, "images is empty"),
        (pictures(), {"batch_size": 0}, "batch_size is 0"),
        (pictures(), {"batch_size": 2.5}, "batch_size is 2.5"),
    ],
)
def test_what_a_net_does_not_take_is_refused(images, options, message):
    net = small_net(classes=2)
    for method in (net.features, net.probabilities):
        with pytest.raises(ValueError, match=message):
            method(images, **options)


def test_a_net_without_classes_gives_no_probabilities():
    assert small_net().classes is None
    with pytest.raises(ValueError, match="small was trained without labels"):
        small_net().probabilities(pictures())


# --- files ---------------------------------------------------------------------------------------


def test_saved_net_comes_back(tmp_path):
    net = small_net(classes=3)
    net.save(tmp_path / "net.npz")
    again = features.FeatureNet.load(tmp_path / "net.npz")
    assert (again.name, again.hash, again.about) == (net.name, net.hash, net.about)
    assert np.array_equal(again.features(pictures()), net.features(pictures()))


def test_other_weights_are_noticed(tmp_path):
    path = tmp_path / "net.npz"
    small_net().save(path)
    with np.load(path) as file:
        arrays = dict(file)
    arrays["weight_0"][0, 0, 0, 0] += 1e-3
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="holds other weights than expected"):
        features.FeatureNet.load(path)
    small_net(seed=1).save(path)
    with pytest.raises(ValueError, match="holds other weights than expected"):
        features.FeatureNet.load(path, small_net(seed=0).sha256)


def test_what_is_no_net_is_refused(tmp_path):
    path = tmp_path / "net.npz"
    np.savez(path, about=np.array([{"name": "code"}], dtype=object))
    with pytest.raises(ValueError, match="holds no feature net"):
        features.FeatureNet.load(path)
    path.write_bytes(b"text")
    with pytest.raises(ValueError, match="holds no feature net"):
        features.FeatureNet.load(path)
    with pytest.raises(FileNotFoundError):
        features.FeatureNet.load(tmp_path / "missing.npz")


# --- Inception -----------------------------------------------------------------------------------


@pytest.fixture
def stand_in(monkeypatch):
    """Put a net in Inception's place that gives the mean of each channel and the first pixel."""
    gh.evaluation.inception_net.cache_clear()

    def inception(include_top, weights, pooling):
        assert (include_top, pooling) == (False, "avg")
        if weights == "missing":
            raise ValueError("no such file")
        image = keras.Input((299, 299, 3))
        mean = keras.layers.GlobalAveragePooling2D()(image)
        corner = keras.layers.Flatten()(keras.layers.Cropping2D(((0, 298), (0, 298)))(image))
        return keras.Model(image, keras.layers.Concatenate()([mean, corner]))

    monkeypatch.setattr(keras.applications, "InceptionV3", inception)
    yield
    gh.evaluation.inception_net.cache_clear()


@pytest.mark.parametrize("channels", [1, 3])
def test_inception_gets_large_colored_pictures_in_its_range(stand_in, channels):
    keras.config.set_dtype_policy("mixed_bfloat16")
    net = gh.evaluation.inception_net(channels)
    assert keras.config.dtype_policy().name == "mixed_bfloat16"
    for side in (28, 40):
        images = pictures(3, side, channels)
        means = images.mean(axis=(1, 2)) / 127.5 - 1
        corners = images[:, 0, 0] / 127.5 - 1
        found = net.features(images)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found[:, :3], np.broadcast_to(means, (3, 3)), atol=0.01)
        np.testing.assert_allclose(found[:, 3:], np.broadcast_to(corners, (3, 3)), atol=1e-5)
    with pytest.raises(ValueError, match="inception takes"):
        net.features(pictures(3, 28, 4 - channels))


def test_inception_says_what_to_do_without_weights(stand_in, tmp_path):
    with pytest.raises(OSError, match=r"no such file. Train a net on your own pictures"):
        gh.evaluation.inception_net(3, weights="missing")
    with pytest.raises(ValueError, match="channels is 4"):
        gh.evaluation.inception_net(4)
    with pytest.raises(ValueError, match="inception is none of the small nets"):
        gh.evaluation.inception_net(3).save(tmp_path / "net.npz")
