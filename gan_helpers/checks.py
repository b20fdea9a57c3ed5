"""What games accept: each function raises a ValueError that says what came and what to do."""

import warnings

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import arguments

Schedule = keras.optimizers.schedules.LearningRateSchedule  # of any value, not only of rates


def networks(generator, discriminator):
    """The two must be Keras models that fit together."""
    models(generator=generator, discriminator=discriminator)
    functional(generator=generator, discriminator=discriminator)
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if len(network.inputs) not in (1, 2):
            raise ValueError(
                f"the {name} takes {len(network.inputs)} inputs; expected one, or two with a "
                "condition such as a label."
            )
    latent, *generator_condition = generator.inputs
    sample, *discriminator_condition = discriminator.inputs
    if len(latent.shape) != 2:
        raise ValueError(
            f"the generator takes {latent.shape}; expected latent vectors (N, latent_dim)."
        )
    if generator.output_shape[1:] != sample.shape[1:]:
        raise ValueError(
            f"the generator makes samples of shape {generator.output_shape[1:]}, but the "
            f"discriminator takes {sample.shape[1:]}; build both for one shape."
        )
    conditions = [
        (condition.shape[1:], condition.dtype)
        for condition in (*generator_condition, *discriminator_condition)
    ]
    if len(conditions) == 1:
        conditional, other = ("generator", "discriminator")[:: 1 if generator_condition else -1]
        raise ValueError(
            f"the {conditional} takes a condition, the {other} none; build both with it (classes=)."
        )
    if conditions and conditions[0] != conditions[1]:
        raise ValueError(
            f"the generator takes conditions {conditions[0]}, the discriminator {conditions[1]}; "
            "expected the same shape and type."
        )
    classes = [classes_of(network) for network in (generator, discriminator)]
    if conditions and None not in classes and classes[0] != classes[1]:
        raise ValueError(
            f"the generator knows {classes[0]} classes, the discriminator {classes[1]}; build both "
            "for the same number."
        )
    if tuple(discriminator.output_shape[1:]) != (1,):
        raise ValueError(
            f"the discriminator returns {discriminator.output_shape}; expected one logit a "
            "sample, (N, 1), without sigmoid."
        )


def models(**networks):
    """Each network is a Keras model."""
    for name, network in networks.items():
        if not isinstance(network, keras.Model):
            raise ValueError(f"{name} is a {type(network).__name__}; expected a Keras model.")


def functional(**networks):
    """Each network tells what it takes, before any data come."""
    for name, network in networks.items():
        if not hasattr(network, "inputs"):
            raise ValueError(
                f"{name} is a {type(network).__name__} that does not tell its inputs; begin a "
                "keras.Sequential with keras.Input(shape), or use keras.Model(inputs, outputs)."
            )


def trainable(**networks):
    """Each network has weights to train."""
    for name, network in networks.items():
        if not network.trainable_variables:
            raise ValueError(
                f"{name} has no weights to train; set {name}.trainable = True. Each optimizer "
                "moves its own networks alone, so none needs to be frozen."
            )


def penalties(r1, r2):
    """r1 and r2 are numbers from 0 on, or schedules."""
    gammas = {"r1": r1, "r2": r2}
    weights(**{name: gamma for name, gamma in gammas.items() if not isinstance(gamma, Schedule)})


def weights(**values):
    """Weights of a loss are numbers from 0 on."""
    for name, value in values.items():
        arguments.number(name, value, least=0)


def average(ema):
    """The average's decay is below 1."""
    if not (arguments.is_number(ema) and 0 <= ema < 1):
        raise ValueError(f"ema is {ema!r}; it must be from 0 to below 1, for example 0.995.")


def optimizers(generator_optimizer, discriminator_optimizer):
    """Each network has its own Keras optimizer, or None for the default."""
    _optimizer("generator_optimizer", generator_optimizer)
    _optimizer("discriminator_optimizer", discriminator_optimizer)
    if generator_optimizer is not None and generator_optimizer is discriminator_optimizer:
        raise ValueError(
            "generator_optimizer and discriminator_optimizer are the same object; each "
            "network needs its own, because an optimizer remembers past gradients."
        )


def samples(x, generator):
    """What `fit` gets must be float batches of the generator's shape, and its conditions."""
    if isinstance(x, tf.data.Dataset):
        spec = x.element_spec
    elif isinstance(x, np.ndarray | tf.Tensor):
        spec = tf.TensorSpec(x.shape, x.dtype)
        if not len(x):
            raise ValueError(f"the data is empty: its shape is {tuple(x.shape)}.")
    elif x is None:
        raise ValueError("fit needs data: a dataset of gh.data.pipeline, for example.")
    else:
        return  # Keras knows more kinds, and reports on them itself
    _, *conditions = generator.inputs
    if conditions:
        if not (isinstance(spec, tuple) and len(spec) == 2):
            raise ValueError(
                "this GAN takes batches (samples, conditions), but the data has samples alone: use "
                "gh.data.pipeline(images, labels=labels)."
            )
        spec, given = spec
        if not isinstance(given, tf.TensorSpec) or given.shape[1:] != conditions[0].shape[1:]:
            raise ValueError(
                f"the data has conditions {given}, but the networks take {conditions[0].shape}."
            )
        classes, highest = classes_of(generator), getattr(x, "highest_label", 0)
        if classes and highest >= classes:
            raise ValueError(
                f"the labels go up to {highest}, but this GAN knows the classes 0 to {classes - 1}."
            )
    if not isinstance(spec, tf.TensorSpec):
        raise ValueError(
            "the dataset yields more than samples (labels?); this GAN takes samples alone: "
            "dataset.map(lambda image, label: image)."
        )
    sample_shape = tuple(generator.output_shape[1:])
    if spec.shape.rank is None or tuple(spec.shape[1:]) != sample_shape:
        raise ValueError(
            f"the data has batches of shape {spec.shape}, but the generator makes "
            f"{(None, *sample_shape)}; build the networks for the data's shape, or resize it."
        )
    if not spec.dtype.is_floating:
        raise ValueError(
            f"the data is {spec.dtype.name}; expected float32 in [-1, 1]: use gh.data.pipeline."
        )
    if isinstance(x, np.ndarray) and len(sample_shape) == 3:
        _range(float(x.min()), float(x.max()))


def _range(low, high):
    """Pictures fill [-1, 1]; NaN is found in training, with its step."""
    if low < -1.001 or high > 1.001:
        raise ValueError(
            f"the data goes from {low:g} to {high:g}; pictures are expected in [-1, 1]: use "
            "gh.data.scale, or gh.data.pipeline, on uint8 from 0 to 255."
        )
    if low >= 0.0:
        warnings.warn(
            f"the data goes from {low:g} to {high:g}, and nothing is below 0. Is it in [0, 1]? "
            "Black is -1 here: 2 * x - 1.",
            stacklevel=4,
        )


def fit_options(y=None, validation_data=None, validation_split=None, **_):
    """A GAN has no targets, and its loss on other samples tells nothing about its quality."""
    if y is not None:
        raise ValueError(
            "a GAN takes no targets y; conditions come with the samples: use "
            "gh.data.pipeline(images, labels=labels)."
        )
    if validation_data is not None or validation_split:
        raise ValueError(
            "fit takes no validation data: no loss of a GAN tells how good its samples are. Use "
            "gh.callbacks.ScoreOverTime while it trains, gh.evaluation.score afterwards."
        )


def condition(given, count, generator):
    """Return `count` conditions as the generator takes them, None where it takes none.

    One label counts for all; labels that are left out are 0, 1, 2, ... in turn.
    """
    _, *conditions = generator.inputs
    if not conditions:
        if given is not None:
            raise ValueError("condition is given, but the networks of this GAN take none.")
        return None
    wanted, classes = conditions[0], classes_of(generator)
    if given is None and classes:
        given = np.arange(count) % classes
    if given is None:
        raise ValueError(f"condition is missing: this GAN takes one of shape {wanted.shape[1:]}.")
    given = np.asarray(given)
    if given.shape == () and len(wanted.shape) == 1:
        given = np.repeat(given, count)
    if given.shape != (count, *wanted.shape[1:]):
        raise ValueError(
            f"condition has the shape {given.shape}; expected {(count, *wanted.shape[1:])}."
        )
    if not classes:
        return given
    if not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"the labels are {given.dtype}; expected whole numbers.")
    if given.min() < 0 or given.max() >= classes:
        raise ValueError(
            f"the labels go from {given.min()} to {given.max()}; this GAN knows 0 to {classes - 1}."
        )
    return given


def classes_of(network):
    """Return the number of classes of a network with labels as its condition, or None."""
    sizes = [
        layer.input_dim for layer in network.layers if isinstance(layer, keras.layers.Embedding)
    ]
    return sizes[0] if sizes else None


def augmented_condition(augment, generator):
    """A picture that is the condition would have to move with the sample, which it does not."""
    _, *conditions = generator.inputs
    if augment and conditions and len(conditions[0].shape) > 2:
        raise ValueError(
            "augment changes the samples alone, so they would no longer fit the pictures that are "
            "their condition; leave augment out."
        )


def _optimizer(name, optimizer):
    if optimizer is not None and not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(
            f"{name} is {optimizer!r}; expected a Keras optimizer, for example "
            "keras.optimizers.Adam(2e-4, beta_1=0.5), or None for the default."
        )
