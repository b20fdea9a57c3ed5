"""Feature nets: what a small network sees in a picture, as numbers that metrics compare.

Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash
Equilibrium", compare pictures by the features of a classifier. Any net will do as long as both
sides of a comparison use the same one: a distance means nothing without the net's `hash`.
"""

import contextlib
import functools
import hashlib
import importlib.resources
import json

import numpy as np
import tensorflow as tf

from gan_helpers import arguments
from gan_helpers.data import arrays
from gan_helpers.evaluation import feature_networks

# SHA-256 of the shipped weights, as `python tools/train_feature_nets.py` printed it.
SHIPPED = {
    "fashion_mnist": "94a314cab5fab1aaf7ddeb2b2584016daaa33c133d69a01b8680aeb926846b6a",
    "mnist": "6b1f32a1d4d4b7bc02f2bf920670a38010388fd552e280f2e7fe750db320d1d4",
}


class FeatureNet:
    """A network that turns pictures into features, always in float32.

    Args:
        name: what it is called in tables.
        model: Keras model from float32 (N, H, W, C) in [-1, 1] to {"features": (N, D)} and, with
            classes, "logits": (N, classes).
        about: what is worth knowing about its training, a dict for JSON. `save` needs the entries
            "image_shape", "convolutions" and "classes", from which the net is built again.
        batch_size: how many pictures it takes at once, for want of another wish.

    Attributes:
        hash: the first 8 hex digits of the weights' SHA-256; it goes with every number.
        classes: how many classes it tells apart, None without any.
        image_shape: (H, W, C) that it takes; None stands for any size.
    """

    def __init__(self, name, model, about=None, batch_size=256):
        self.name = name
        self.model = model
        self.about = dict(about or {})
        self.image_shape = tuple(model.input_shape[1:])
        self.classes = model.output["logits"].shape[-1] if "logits" in model.output else None
        self.sha256 = _sha256(model.get_weights())
        self.hash = self.sha256[:8]
        self.batch_size = batch_size
        picture = tf.TensorSpec((None, *self.image_shape), tf.float32)
        self._compute = tf.function(
            lambda pictures: model(pictures, training=False), input_signature=[picture]
        )

    def __repr__(self):
        return f"FeatureNet({self.name!r}, hash={self.hash!r}, classes={self.classes})"

    def features(self, images, batch_size=None):
        """Return the features of uint8 pictures (N, H, W, C) as float32 (N, D).

        Raises:
            ValueError: for pictures of another type or shape, or a batch size below 1.
        """
        return self._in_batches("features", images, batch_size)

    def probabilities(self, images, batch_size=None):
        """Return the probability of each class for uint8 pictures, float32 (N, classes).

        Raises:
            ValueError: for a net without classes, or as for `features`.
        """
        if not self.classes:
            raise ValueError(
                f"{self.name} was trained without labels and knows no classes; use its features, "
                f"or a net with classes: {', '.join(SHIPPED)}."
            )
        logits = self._in_batches("logits", images, batch_size)
        return np.asarray(tf.nn.softmax(logits))

    def _in_batches(self, output, images, batch_size):
        images = self._checked(images)
        batch_size = self.batch_size if batch_size is None else batch_size
        batch_size = arguments.whole("batch_size", batch_size)
        parts = []
        with _full_float32():
            for start in range(0, len(images), batch_size):
                pictures = arrays.scale(images[start : start + batch_size])
                parts.append(self._compute(pictures)[output].numpy())
        return np.concatenate(parts)

    def _checked(self, images):
        images = arrays.check_images(images)
        pairs = zip(images.shape[1:], self.image_shape, strict=True)
        if any(wanted not in (None, found) for found, wanted in pairs):
            raise ValueError(
                f"images are {images.shape[1:]}; {self.name} takes {self.image_shape}. For other "
                "pictures train a net with `train_feature_net(images)`."
            )
        return images

    def save(self, path):
        """Write the net to an .npz file: its weights and a line of JSON, no code.

        Raises:
            ValueError: for a net of another kind than the small ones here, such as Inception.
        """
        if "convolutions" not in self.about:
            raise ValueError(
                f"{self.name} is none of the small nets that are kept as .npz; save its `model`."
            )
        weights = {f"weight_{n}": value for n, value in enumerate(self.model.get_weights())}
        about = json.dumps({"name": self.name, "sha256": self.sha256, **self.about})
        with open(path, "wb") as file:  # np.savez itself would append an ending
            np.savez(file, about=np.array(about), **weights)

    @classmethod
    def load(cls, path, sha256=None):
        """Read a net that `save` has written, and compare its weights' SHA-256.

        Args:
            path: the .npz file.
            sha256: the sum to expect; by default the one in the file.

        Raises:
            ValueError: for other weights than the sum says, or a file that holds no net.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                about = json.loads(str(file["about"]))
                weights = [file[f"weight_{number}"] for number in range(len(file.files) - 1)]
        except FileNotFoundError:
            raise
        except Exception as error:
            raise ValueError(f"{path} holds no feature net ({error}).") from error
        name, expected = about.pop("name"), about.pop("sha256")
        expected = sha256 or expected
        if _sha256(weights) != expected:
            raise ValueError(
                f"{path} holds other weights than expected (SHA-256 {_sha256(weights)[:12]}…, "
                f"not {expected[:12]}…); numbers measured with it would mean something else."
            )
        model = feature_networks.network(
            about["image_shape"], about["convolutions"], about["classes"]
        )
        model.set_weights(weights)
        return cls(name, model, about)


@functools.cache
def feature_net(name):
    """Return the shipped `FeatureNet` of a data set, a classifier of its ten classes.

    Args:
        name: "mnist" or "fashion_mnist". The net's `about` tells accuracy, seed and versions.

    Raises:
        ValueError: for another name, or when the shipped file is not the original.
    """
    if name not in SHIPPED:
        raise ValueError(
            f"name is {name!r}; feature nets are shipped for {', '.join(SHIPPED)}. For other "
            "pictures train one with `train_feature_net(images)`."
        )
    file = importlib.resources.files("gan_helpers.evaluation") / "weights" / f"{name}.npz"
    with importlib.resources.as_file(file) as path:
        return FeatureNet.load(path, SHIPPED[name])


@functools.cache
def inception_net(channels=3, weights="imagenet"):
    """Return Keras' InceptionV3 as a `FeatureNet` for pictures of any size, 2048 features.

    Szegedy et al. 2016, "Rethinking the Inception Architecture for Computer Vision". Pictures are
    resized to 299 x 299 (bilinear), gray ones copied to three channels. Keras' weights are not
    those of the Fréchet distances in papers, so do not compare with printed numbers. It is slow
    without a GPU, and 2048 features want 10,000 pictures or more.

    Args:
        channels: 1 for gray pictures, 3 for RGB.
        weights: "imagenet", which Keras downloads once (88 MB), or the path of that file.

    Raises:
        ValueError: for another number of channels.
        OSError: where the weights cannot be had.
    """
    if channels not in (1, 3):
        raise ValueError(f"channels is {channels!r}; expected 1 (gray) or 3 (RGB).")
    try:
        model = feature_networks.inception(channels, weights)
    except Exception as error:  # urllib's, socket's, h5py's, and Keras' own for a wrong checksum
        raise OSError(
            f"InceptionV3's weights are not to be had: {error}. Train a net on your own pictures "
            "instead, `train_feature_net(images)`, or give the path of the file as `weights`."
        ) from error
    return FeatureNet("inception", model, batch_size=32)


def _sha256(weights):
    """Return the hex digits over the weights' bytes, in order, as little-endian float32."""
    total = hashlib.sha256()
    for value in weights:
        total.update(np.ascontiguousarray(value, "<f4").tobytes())
    return total.hexdigest()


@contextlib.contextmanager
def _full_float32():
    """Keep graphics cards from dropping half the digits (TF32) in the meantime."""
    before = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(before)
