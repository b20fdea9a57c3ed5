"""What `UnpairedTranslator` accepts: each function says what came and what to do."""

import tensorflow as tf

from gan_helpers import checks
from gan_helpers.translation import checks as translation_checks


def networks(a_to_b, b_to_a, discriminator_a, discriminator_b):
    """The four must be Keras models that fit together."""
    given = {
        "a_to_b": a_to_b,
        "b_to_a": b_to_a,
        "discriminator_a": discriminator_a,
        "discriminator_b": discriminator_b,
    }
    checks.models(**given)
    checks.functional(**given)
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
    checks.trainable(**given)


def weights(cycle, identity, shape_a, shape_b):
    """Weights are finite numbers from 0 on; the identity needs one shape on both sides."""
    checks.weights(cycle=cycle, identity=identity)
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
    shapes = {"a": shape_a, "b": shape_b}
    translation_checks.two_sides(x, shapes, "gh.data.unpaired_pipeline(first, second)")
