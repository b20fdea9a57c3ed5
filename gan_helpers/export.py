"""A trained generator as files that others can use, each compared with the original.

`.keras`       Keras' own file. For going on in Python; needs this package for its layers.
SavedModel     TensorFlow's folder. Runs with TensorFlow alone, in Python, C++, Java, TF Serving.
ONNX           one file for onnxruntime, which is small and runs nearly everywhere; no TensorFlow.

All three take latent vectors and give pictures, float32 in [-1, 1]. To store or show one, turn it
into gray levels: round((x + 1) * 127.5), clipped to 0 ... 255, as `gh.data.unscale` does.
"""

import importlib.util
import json
import logging
import pathlib
import warnings

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import runtime

FILES = {
    "keras": "generator.keras",
    "saved_model": "generator_saved_model",
    "onnx": "generator.onnx",
}
ABOUT = "about.json"
ONNX_PACKAGES = ("onnx", "tf2onnx", "onnxruntime")
SAMPLES = 8  # drawn with each export and with the original
TOLERANCE = 1e-4  # in [-1, 1]: an eightieth of a gray level


def missing_onnx_packages():
    """Return the names of the packages that the ONNX export needs and this Python does not have."""
    return [name for name in ONNX_PACKAGES if importlib.util.find_spec(name) is None]


def save(model, folder, formats=tuple(FILES), tolerance=TOLERANCE, seed=0):
    """Write a generator in several formats, load each again and compare what it draws.

    Whatever precision the model was trained in, it is exported in float32: bfloat16 is a matter of
    training, few programs that load models know it, and ONNX export refuses it.

    Args:
        model: a GAN, of which the averaged generator is exported, or a functional or sequential
            Keras model (a translator's network, say).
        folder: where to; it is made when missing, older exports in it are replaced.
        formats: names from `FILES`.
        tolerance: largest difference allowed between an export's output and the float32 model's.
        seed: of the standard normal inputs that are compared.

    Returns:
        {format: {"path": pathlib.Path, "difference": float}}, the difference as largest absolute
        one over all pixels, channels and samples. Beside the files lies about.json: what comes in,
        what goes out, and how to make gray levels of it.

    Raises:
        ValueError: for no such model, an unknown format or a tolerance that is not above 0.
        ImportError: when ONNX is asked for and its packages are missing. It comes last: the other
            formats are written then.
        RuntimeError: when an export draws other pictures than the model.
    """
    generator = _generator(model)
    _check(formats, tolerance)
    copy = in_float32(generator)
    inputs = _samples(copy, seed)
    wanted = np.asarray(copy(inputs if len(inputs) > 1 else inputs[0], training=False))
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    report = {}
    for name in sorted(formats, key="onnx".__eq__):  # last: what it lacks costs no other file
        path = folder / FILES[name]
        _WRITERS[name](copy, path)
        difference = float(np.abs(_RUNNERS[name](path, inputs) - wanted).max())
        if not difference <= tolerance:  # so that NaN is caught too
            raise RuntimeError(
                f"{path.name} draws other pictures than the model: up to {difference:.3g} off, "
                f"{tolerance:.3g} is allowed."
            )
        report[name] = {"path": path, "difference": difference}
        (folder / ABOUT).write_text(json.dumps(_about(copy, report), indent=2) + "\n")
    return report


def in_float32(model):
    """Return a copy of a functional or sequential Keras model that computes in float32.

    Raises:
        ValueError: for a subclassed model, whose layers Keras cannot list.
    """

    def layer_in_float32(layer):
        return type(layer).from_config({**_with_float32(layer.get_config()), "dtype": "float32"})

    try:
        copy = keras.models.clone_model(model, clone_function=layer_in_float32, recursive=True)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{model.name} is a {type(model).__name__}, which cannot be copied by layers; give "
            "a model made by keras.Model(inputs, outputs) or keras.Sequential."
        ) from error
    copy.set_weights(model.get_weights())
    return copy


def _with_float32(config):
    """Return a layer's configuration with float32 for each data type, in wrapped layers too."""
    if isinstance(config, list):
        return [_with_float32(entry) for entry in config]
    if not isinstance(config, dict):
        return config
    return {
        key: "float32" if key == "dtype" and _is_float_type(value) else _with_float32(value)
        for key, value in config.items()
    }


def _is_float_type(value):
    """Return whether it is a float type's name, or the configuration of a policy."""
    return isinstance(value, dict) or (isinstance(value, str) and "float" in value)


def _generator(model):
    generator = getattr(model, "ema_generator", model)
    if not isinstance(generator, keras.Model) or not generator.built:
        raise ValueError(f"model is a {type(model).__name__}; expected a GAN or a Keras model.")
    return generator


def _check(formats, tolerance):
    unknown = [name for name in formats if name not in FILES]
    if isinstance(formats, str) or unknown or not formats:
        raise ValueError(f"formats is {formats!r}; expected a tuple of: {', '.join(FILES)}.")
    if not (isinstance(tolerance, int | float) and tolerance > 0):
        raise ValueError(f"tolerance is {tolerance!r}; it must be a number above 0.")


def _samples(model, seed):
    """Return a list of inputs (SAMPLES, ...): standard normal, class 0 where labels are wanted."""
    random = np.random.default_rng(seed)
    samples = [random.standard_normal((SAMPLES, *entry.shape[1:])) for entry in model.inputs]
    return [
        np.zeros_like(values, dtype=entry.dtype) if "int" in entry.dtype else np.float32(values)
        for values, entry in zip(samples, model.inputs, strict=True)
    ]


def _about(model, report):
    gives_pictures = len(model.output_shape) == 4
    way_back = {"to_gray_levels": "uint8(clip(round((output + 1) * 127.5), 0, 255))"}
    return {
        "inputs": {entry.name: [None, *entry.shape[1:]] for entry in model.inputs},
        "input_values": {
            entry.name: f"class numbers, {entry.dtype}"
            if "int" in entry.dtype
            else "as in training: for latent vectors independent standard normal numbers, float32"
            for entry in model.inputs
        },
        "output": [None, *model.output_shape[1:]],
        "output_values": f"float32{' in [-1, 1]' if gives_pictures else ', as in training'}",
        **(way_back if gives_pictures else {}),
        "largest_difference": {name: entry["difference"] for name, entry in report.items()},
        "made_with": {"keras": keras.__version__, "tensorflow": tf.__version__},
    }


# --- Writing -------------------------------------------------------------------------------------


def _write_keras(model, path):
    model.save(path)


def _write_saved_model(model, path):
    with runtime.quiet():
        model.export(path, format="tf_saved_model", verbose=False)


def _write_onnx(model, path):
    if missing := missing_onnx_packages():
        raise ImportError(
            f"the ONNX export needs {', '.join(missing)}; the other formats are written. Install "
            'them with pip install "gan_helpers[export]", or leave "onnx" out of formats.'
        )
    # tf2onnx reports each of its passes as a warning or on stderr.
    logger = logging.getLogger("tf2onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with runtime.quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # Keras asks NumPy for an old name
            model.export(path, format="onnx", verbose=False)
    finally:
        logger.setLevel(level)


# --- Loading and drawing -------------------------------------------------------------------------


def _run_keras(path, inputs):
    model = keras.saving.load_model(path, safe_mode=True)
    return np.asarray(model(inputs if len(inputs) > 1 else inputs[0], training=False))


def _run_saved_model(path, inputs):
    loaded = tf.saved_model.load(str(path))
    return np.asarray(loaded.serve(inputs if len(inputs) > 1 else inputs[0]))


def _run_onnx(path, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [entry.name for entry in session.get_inputs()]
    return session.run(None, dict(zip(names, inputs, strict=True)))[0]


_WRITERS = {"keras": _write_keras, "saved_model": _write_saved_model, "onnx": _write_onnx}
_RUNNERS = {"keras": _run_keras, "saved_model": _run_saved_model, "onnx": _run_onnx}
