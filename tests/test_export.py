"""A generator leaves in three formats, draws the same pictures, and needs less to run."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import gan_helpers as gh
from gan_helpers import export

without_onnx = pytest.mark.skipif(
    bool(export.missing_onnx_packages()),
    reason=f"ONNX needs {', '.join(export.missing_onnx_packages())}: pip install .[export]",
)


@pytest.fixture(scope="module")
def gan():
    """Return a GAN whose averaged generator differs from the other, made in bfloat16."""
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        shape = (32, 32, 3)
        model = gh.GAN(
            gh.networks.generator(shape, latent_dim=8, width=2),
            gh.networks.discriminator(shape, width=2),
        )
    finally:
        keras.config.set_dtype_policy("float32")
    random = np.random.default_rng(0)
    weights = model.ema_generator.get_weights()
    model.ema_generator.set_weights(
        [weight + random.normal(0, 0.05, weight.shape) for weight in weights]
    )
    return model


@pytest.fixture(scope="module")
def saved(gan, tmp_path_factory):
    """Return (folder, report) of an export in the formats that need nothing further."""
    folder = tmp_path_factory.mktemp("export") / "a folder für alle"
    return folder, export.save(gan, folder, formats=("keras", "saved_model"))


def drawn(gan, latent):
    return export.in_float32(gan.ema_generator)(latent).numpy()


LATENT = np.random.default_rng(5).standard_normal((3, 8)).astype(np.float32)


def test_the_copy_computes_in_float32_with_the_same_weights(gan):
    copy = export.in_float32(gan.ema_generator)
    assert {layer.compute_dtype for layer in gan.ema_generator.layers} == {"bfloat16", "float32"}
    assert {layer.compute_dtype for layer in copy.layers} == {"float32"}
    for one, other in zip(copy.get_weights(), gan.ema_generator.get_weights(), strict=True):
        assert np.array_equal(one, other)
    rough = gan.ema_generator(LATENT).numpy()
    assert 0 < np.abs(copy(LATENT).numpy() - rough).max() < 0.1


def test_files_and_report(saved):
    folder, report = saved
    assert {name: entry["path"].name for name, entry in report.items()} == {
        "keras": "generator.keras",
        "saved_model": "generator_saved_model",
    }
    assert all(entry["path"].exists() for entry in report.values())
    assert all(0 <= entry["difference"] <= export.TOLERANCE for entry in report.values())
    about = json.loads((folder / export.ABOUT).read_text())
    assert about["inputs"] == {"latent": [None, 8]} and about["output"] == [None, 32, 32, 3]
    assert about["largest_difference"].keys() == report.keys()
    assert about["output_values"] == "float32 in [-1, 1]" and "127.5" in about["to_gray_levels"]


def test_keras_file_holds_the_averaged_generator(gan, saved):
    model = keras.saving.load_model(saved[0] / "generator.keras", safe_mode=True)
    assert np.array_equal(model(LATENT).numpy(), drawn(gan, LATENT))


def test_saved_model_runs_without_this_package(gan, saved, tmp_path):
    np.save(tmp_path / "latent.npy", LATENT)
    code = (
        "import sys, numpy as np\n"
        "sys.modules['gan_helpers'] = sys.modules['keras'] = None  # importing them is an error\n"
        "import tensorflow as tf\n"
        f"model = tf.saved_model.load({str(saved[0] / 'generator_saved_model')!r})\n"
        f"pictures = model.serve(np.load({str(tmp_path / 'latent.npy')!r}))\n"
        f"np.save({str(tmp_path / 'pictures.npy')!r}, pictures)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert np.abs(np.load(tmp_path / "pictures.npy") - drawn(gan, LATENT)).max() < 1e-4


@without_onnx
def test_onnx_draws_the_same_for_any_number_of_pictures(gan, tmp_path, capfd):
    import onnxruntime

    report = export.save(gan, tmp_path, formats=("onnx",))
    assert report["onnx"]["difference"] <= export.TOLERANCE
    session = onnxruntime.InferenceSession(str(report["onnx"]["path"]))
    for count in (1, 3):
        (pictures,) = session.run(None, {session.get_inputs()[0].name: LATENT[:count]})
        assert np.abs(pictures - drawn(gan, LATENT[:count])).max() < 1e-4
    assert capfd.readouterr() == ("", "")


@without_onnx
def test_two_inputs_leave_too(tmp_path):
    one, other = keras.Input((4,), name="latent"), keras.Input((2,), name="style")
    mixed = keras.layers.Concatenate()([one, other])
    model = keras.Model([one, other], keras.layers.Dense(3)(mixed))
    report = export.save(model, tmp_path)
    assert set(report) == set(export.FILES)


def test_whole_numbers_as_inputs(tmp_path):
    latent, label = keras.Input((4,), name="latent"), keras.Input((), dtype="int64", name="label")
    place = keras.layers.Embedding(1, 4)(label)
    model = keras.Model([latent, label], keras.layers.Add()([latent, place]))
    report = export.save(model, tmp_path, formats=("keras", "saved_model"))
    assert all(entry["difference"] == 0 for entry in report.values())
    about = json.loads((tmp_path / export.ABOUT).read_text())
    assert "to_gray_levels" not in about and "[-1, 1]" not in about["output_values"]


def test_a_sequential_model_is_copied_too():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="tanh")])
    latent = np.ones((2, 4), np.float32)
    assert np.array_equal(export.in_float32(model)(latent).numpy(), model(latent).numpy())


def test_networks_inside_networks_leave_in_float32_too():
    keras.config.set_dtype_policy("mixed_bfloat16")
    inner = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="tanh")])
    latent = keras.Input((4,))
    model = keras.Model(latent, inner(latent))
    copy = export.in_float32(model)
    (nested,) = [layer for layer in copy.layers if getattr(layer, "layers", None)]
    assert {layer.compute_dtype for layer in nested.layers} == {"float32"}
    assert copy(np.ones((2, 4), np.float32)).dtype == "float32"


def test_wrapped_layers_leave_in_float32_too():
    keras.config.set_dtype_policy("mixed_bfloat16")
    wrapped = keras.layers.SpectralNormalization(keras.layers.Dense(3))
    copy = export.in_float32(keras.Sequential([keras.Input((4,)), wrapped]))
    assert copy.layers[-1].layer.compute_dtype == "float32"


# --- what goes wrong -----------------------------------------------------------------------------


def test_an_export_that_draws_something_else_is_refused(gan, tmp_path, monkeypatch):
    monkeypatch.setitem(export._RUNNERS, "keras", lambda path, inputs: np.zeros((8, 32, 32, 3)))
    with pytest.raises(RuntimeError, match=r"generator\.keras draws other pictures .* up to"):
        export.save(gan, tmp_path, formats=("keras",))
    monkeypatch.setitem(export._RUNNERS, "keras", lambda path, inputs: np.float32(np.nan))
    with pytest.raises(RuntimeError, match="up to nan off"):
        export.save(gan, tmp_path, formats=("keras",))


def test_missing_packages_are_named_when_all_else_is_written(gan, tmp_path, monkeypatch):
    monkeypatch.setattr(export.importlib.util, "find_spec", lambda name: None)
    assert export.missing_onnx_packages() == list(export.ONNX_PACKAGES)
    with pytest.raises(ImportError, match=r"onnx, tf2onnx, onnxruntime.*gan_helpers\[export\]"):
        export.save(gan, tmp_path / "new", formats=("onnx", "keras"))
    written = {path.name for path in (tmp_path / "new").iterdir()}
    assert written == {"generator.keras", export.ABOUT}


class Subclassed(keras.Model):
    """A model that Keras cannot take apart."""

    def call(self, x):
        return x + 1.0


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        ("a generator", {}, "model is a str; expected a GAN"),
        (None, {}, "model is a NoneType"),
        (keras.Sequential([keras.layers.Dense(2)]), {}, "model is a Sequential"),
        ("gan", {"formats": "onnx"}, "formats is 'onnx'; expected a tuple"),
        ("gan", {"formats": ("tflite",)}, r"formats is \('tflite',\)"),
        ("gan", {"formats": ()}, r"formats is \(\)"),
        ("gan", {"tolerance": 0}, "tolerance is 0"),
        ("gan", {"tolerance": "small"}, "tolerance is 'small'"),
    ],
)
def test_bad_input_is_refused_before_any_work(gan, tmp_path, model, options, says):
    with pytest.raises(ValueError, match=says):
        export.save(gan if model == "gan" else model, tmp_path / "new", **options)
    assert not (tmp_path / "new").exists()


def test_a_subclassed_model_is_refused():
    model = Subclassed()
    model(tf.zeros((1, 2)))
    with pytest.raises(ValueError, match="Subclassed, which cannot be copied by layers"):
        export.in_float32(model)
