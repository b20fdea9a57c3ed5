"""What `UnpairedTranslator` accepts: each function says what came and what to do."""

import keras
import numpy as np
import tensorflow as tf


def networks(a_to_b, b_to_a, discriminator_a, discriminator_b):
    """The four must be Keras models that fit together."""
    given = {
        "a_to_b": a_to_b,
        "b_to_a": b_to_a,
        "discriminator_a": discriminator_a,
        "discriminator_b": discriminator_b,
    }
    for name, network in given.items():
        if not isinstance(network, keras.Model):
            raise ValueError(f"{name} is a {type(network).__name__}; expected a Keras model.")
    for one, other in (("a_to_b", "b_to_a"), ("discriminator_a", "discriminator_b")):
        if given[one] is given[other]:
            raise ValueError(
                f"{one} and {other} are the same object; build two networks, each learns its own "
                "task."
            )
    shape_a, shape_b = a_to_b.input_shape[1:], b_to_a.input_shape[1:]
    for name, found, wanted in (
        ("a_to_b makes", a_to_b.output_shape, shape_b),
        ("b_to_a makes", b_to_a.output_shape, shape_a),
        ("discriminator_a takes", discriminator_a.input_shape, shape_a),
        ("discriminator_b takes", discriminator_b.input_shape, shape_b),
    ):
        if len(found) != 4 or found[1:] != wanted:
            raise ValueError(
                f"{name} pictures of shape {found[1:]}; expected {wanted}. a_to_b takes pictures "
                f"of a, {shape_a}, and b_to_a takes pictures of b, {shape_b}."
            )
    for name, network in list(given.items())[2:]:
        if network.output_shape[-1] != 1:
            raise ValueError(
                f"{name} returns {network.output_shape}; expected one logit a picture, (N, 1), or "
                "a place, (N, h, w, 1), without sigmoid."
            )
    for name, network in given.items():
        if not network.trainable_variables:
            raise ValueError(f"{name} has no weights to train; set {name}.trainable = True.")


def weights(cycle, identity, shape_a, shape_b):
    """Weights are finite numbers from 0 on; the identity needs one shape on both sides."""
    for name, value in (("cycle", cycle), ("identity", identity)):
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
        if not (number and np.isfinite(value) and value >= 0):
            raise ValueError(f"{name} is {value!r}; it must be a number from 0 on.")
    if identity and shape_a != shape_b:
        raise ValueError(
            f"pictures of a are {shape_a}, of b {shape_b}: a translator cannot leave pictures of "
            "another shape as they are; compile with identity=0."
        )


def one_replica():
    """A pool of fakes lives on one device."""
    count = tf.distribute.get_strategy().num_replicas_in_sync
    if count > 1:
        raise ValueError(
            f"there are {count} replicas; an UnpairedTranslator trains on one device. Build it "
            "outside of the strategy's scope."
        )


def batches(x, shape_a, shape_b):
    """What `fit` gets must be a dataset of (a, b), float, in the two shapes."""
    if not isinstance(x, tf.data.Dataset):
        raise ValueError(
            f"x is a {type(x).__name__}; expected a dataset of (a, b): "
            "gh.data.unpaired_pipeline(first, second)."
        )
    spec = x.element_spec
    if not (isinstance(spec, tuple) and len(spec) == 2):
        raise ValueError(
            f"the dataset yields {spec}; expected two batches of pictures, (a, b): "
            "gh.data.unpaired_pipeline(first, second)."
        )
    for name, side, wanted in zip("ab", spec, (shape_a, shape_b), strict=True):
        if not isinstance(side, tf.TensorSpec) or tuple(side.shape[1:]) != tuple(wanted):
            raise ValueError(
                f"the batches of {name} are {getattr(side, 'shape', side)}, but its translator "
                f"takes {(None, *wanted)}; build the networks for the pictures' shape."
            )
        if not side.dtype.is_floating:
            raise ValueError(
                f"the batches of {name} are {side.dtype.name}; expected float32 in [-1, 1]: use "
                "gh.data.unpaired_pipeline."
            )
