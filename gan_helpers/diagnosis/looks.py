"""One look at the two networks: what they draw, what they say, how their weights have moved.

A look leaves no trace: the networks are called without a change to any of their variables (the
averages of batch norm, the random state of dropout).
"""

import math

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import networks
from gan_helpers.diagnosis import measures


class Weights:
    """Copies of a network's variables, as arrays, sorted by what they are."""

    def __init__(self, network):
        statistics = {
            id(variable)
            for layer in batch_norms(network)
            for variable in (layer.moving_mean, layer.moving_variance)
        }
        self.trainable = [variable.numpy() for variable in network.trainable_variables]
        # All weights, also those of a network that somebody froze, but no averages of batch norms.
        self.all = [v.numpy() for v in network.weights if id(v) not in statistics]
        self.statistics = [v.numpy() for v in network.weights if id(v) in statistics]


class Given:
    """A network with its conditions fixed: for the looks it takes one input, as others do.

    Args:
        network: a Keras model that takes [inputs, conditions].
        conditions: array (M, ...); the first N of them go with N inputs, again from the first on
            where they are fewer.
    """

    def __init__(self, network, conditions):
        self.network, self.conditions = network, conditions

    def __getattr__(self, name):
        return getattr(self.network, name)

    @property
    def input_shape(self):
        """The shape of the first input."""
        return self.network.input_shape[0]

    def stateless_call(self, trainable, non_trainable, inputs, training):
        """Call the network on the inputs and as many conditions."""
        both = [inputs, np.resize(self.conditions, (len(inputs), *self.conditions.shape[1:]))]
        return self.network.stateless_call(trainable, non_trainable, both, training=training)


def batch_norms(network):
    """Return all batch norm layers of a network, also of networks inside it."""
    found = []
    for layer in getattr(network, "layers", []):
        if isinstance(layer, keras.layers.BatchNormalization):
            found.append(layer)
        found += batch_norms(layer)
    return found


def _call(network, samples, training):
    outputs, _ = network.stateless_call(
        [variable.value for variable in network.trainable_variables],
        [variable.value for variable in network.non_trainable_variables],
        samples,
        training=training,
    )
    return tf.cast(outputs, tf.float32)


# --- what they draw and say --------------------------------------------------------------------


def batches(generator, latent, real, fake):
    """Return the measures of the reals, the fakes and what the generator draws in inference mode.

    Without `fake`, the generator draws the fakes in training mode; they are returned too.
    """
    found = {}
    if latent is not None:
        found |= measures.batch(_call(generator, latent, training=False), "drawn")
        if fake is None:
            fake = _call(generator, latent, training=True)
        norms = batch_norms(generator)
        if norms:  # over how many steps it averages
            found["norm_window"] = max(1.0 / max(1.0 - norm.momentum, 1e-9) for norm in norms)
    for name, samples in (("real", real), ("fake", fake)):
        if samples is not None:
            found |= measures.batch(samples, name)
    return found, fake


def ratings(discriminator, real, fake):
    """Return what the discriminator says about each kind, and how well it tells them apart."""
    outputs = {
        name: _rate(discriminator, samples).numpy()
        for name, samples in (("real", real), ("fake", fake))
        if samples is not None
    }
    found = {f"{name}_output": float(np.mean(value)) for name, value in outputs.items()}
    found["probabilities"] = reach(discriminator) == (0.0, 1.0)
    if len(outputs) == 2:
        found["ranking"] = measures.ranking(outputs["real"], outputs["fake"])
    return found


def _rate(discriminator, samples):
    """Return one number a sample, (N,), in training mode, as the game sees it."""
    pack = networks.pack_of(discriminator)
    count = min(len(samples), measures.MOST_SAMPLES) // pack * pack  # whole packs
    samples = tf.cast(samples[:count], tf.float32)
    outputs = _call(discriminator, _reshaped(samples, discriminator), training=True)
    return tf.reduce_mean(tf.reshape(outputs, (len(outputs), -1)), axis=1)


def _reshaped(samples, network):
    """Return the samples in the shape that the network takes, if that is a mere reshaping."""
    shape = getattr(network, "input_shape", None)
    if not shape or None in shape[1:] or tuple(samples.shape[1:]) == tuple(shape[1:]):
        return samples
    if math.prod(samples.shape[1:]) == math.prod(shape[1:]):
        return tf.reshape(samples, (len(samples), *shape[1:]))
    raise ValueError(
        f"the samples have the shape {tuple(samples.shape[1:])}, but the discriminator takes "
        f"{tuple(shape[1:])}; record the batches as the discriminator gets them."
    )


# --- how they have moved -----------------------------------------------------------------------


def movement(name, before, after):
    """Return by how much of their length the weights, and how far the averages, have moved."""
    step = _difference(after.all, before.all)
    found = {f"{name}_change": measures.norm(step) / max(measures.norm(before.all), 1e-12)}
    if before.statistics:
        step = _difference(after.statistics, before.statistics)
        found[f"{name}_norm_change"] = measures.norm(step)
    return found


def agreement(generator, discriminator, latent, before, after):
    """Return the cosine between the generator's step and the way up the discriminator's ratings.

    A generator that learns from the discriminator goes up, whatever the loss; one with a sign
    error goes down. NaN when the step or the gradient is zero.
    """
    if not before.trainable:
        return math.nan
    weights = [tf.constant(value) for value in before.trainable]
    others = [variable.value for variable in generator.non_trainable_variables]
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(weights)
        fakes, _ = generator.stateless_call(weights, others, latent, training=True)
        approval = tf.reduce_mean(_rate(discriminator, fakes))
    gradients = tape.gradient(approval, weights, unconnected_gradients="zero")
    step = _difference(after.trainable, before.trainable)
    # Those of an embedding come as slices: the rows of the labels that took part.
    return measures.cosine(step, [tf.convert_to_tensor(one).numpy() for one in gradients])


def _difference(after, before):
    return [new - old for new, old in zip(after, before, strict=True)]


# --- how they are built ------------------------------------------------------------------------

# The least and the largest value that a last layer can give.
_REACH = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
# Layers that move values or average them, so that none leaves the range.
_KEEP_RANGE = (
    keras.layers.InputLayer,
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Cropping2D,
    keras.layers.AveragePooling2D,
    keras.layers.MaxPooling2D,
)
_ENLARGE = (keras.layers.UpSampling2D, keras.layers.Resizing)
_WITHIN = ("nearest", "bilinear")  # other ways to enlarge overshoot at edges


def reach(network):
    """Return the range of a network's outputs, (NaN, NaN) when its last layer sets no bounds."""
    for layer in reversed(getattr(network, "layers", [])):
        if getattr(layer, "layers", None):
            return reach(layer)
        if not _keeps_range(layer):
            return _REACH.get(_activation(layer), (math.nan, math.nan))
    return math.nan, math.nan


def _keeps_range(layer):
    return isinstance(layer, _KEEP_RANGE) or (
        isinstance(layer, _ENLARGE) and layer.interpolation in _WITHIN
    )


def _activation(layer):
    """Return the name of a layer's activation, or of the layer that is one, "" without."""
    if isinstance(layer, networks.Tanh):
        return "tanh"
    return getattr(getattr(layer, "activation", None), "__name__", "")


def is_trained_alone(generator):
    """Return whether Keras' own `fit` or `train_on_batch` trains the generator, by its own loss."""
    own_step = getattr(type(generator), "train_step", None) is keras.Model.train_step
    return own_step and getattr(generator, "train_function", None) is not None
