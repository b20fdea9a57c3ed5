"""What each step of a game between networks is made of, whatever the game."""

import contextlib

import keras
import tensorflow as tf


@contextlib.contextmanager
def watch(network):
    """Record what depends on this network's weights on the tape that it yields, nothing else.

    A plain tape would also record what depends on the opponent's weights alone, its whole turn
    with its penalties included, for gradients that nobody asks for.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch([variable.value for variable in network.trainable_variables])
        yield tape


def minimize(loss, tape, network, optimizer):
    """Take one optimizer step down the loss, for this network's weights alone."""
    # Keras adds up the gradients of all replicas; their sum shall be the mean.
    replicas = tf.distribute.get_replica_context().num_replicas_in_sync
    share = optimizer.scale_loss(tf.constant(1.0 / replicas))
    gradients = tape.gradient(loss, network.trainable_variables, output_gradients=share)
    optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))


def average(averaged, network, step, decay):
    """Move the averaged copy of a network towards the network: a <- d a + (1 - d) w.

    Args:
        averaged, network: two Keras models of one architecture.
        step: number of training steps so far, int tensor.
        decay: d, from 0 (a copy) to below 1.
    """
    # Young averages forget faster, or the first pictures would show the untrained start.
    age = tf.cast(step, tf.float32)
    decay = tf.minimum(decay, (1.0 + age) / (10.0 + age))
    trainable = {id(variable) for variable in network.trainable_variables}
    for mean, weight in zip(averaged.variables, network.variables, strict=True):
        if id(weight) in trainable:
            mean.assign(decay * mean + (1.0 - decay) * weight)
        else:  # batch norm's moving statistics are averages already
            mean.assign(weight)


@keras.saving.register_keras_serializable(package="gan_helpers")
class LateDecay(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that from some step on falls with the inverse of the step.

        rate(t) = schedule(t) start / max(t, start)

    The players circle each other at a distance that grows with their steps, so shorter ones bring
    them nearer to rest. Rates like 1 / t are the classical choice: their sum is infinite, so they
    still lead anywhere, and that of their squares is finite, so noise dies out (Robbins and Monro
    1951, "A Stochastic Approximation Method"). They need no length of the run: a short run begins
    as a long one does.

    Args:
        schedule: a Keras schedule, such as one that rises over the first steps.
        start: the step from which on it falls, at least 1.

    Raises:
        ValueError: for a start below 1.
    """

    def __init__(self, schedule, start):
        if start < 1:
            raise ValueError(f"start is {start!r}; it must be a step from 1 on.")
        self.schedule, self.start = schedule, start

    def __call__(self, step):
        start, step = float(self.start), tf.cast(step, tf.float32)
        return self.schedule(step) * (start / tf.maximum(step, start))

    def get_config(self):
        return {
            "schedule": keras.saving.serialize_keras_object(self.schedule),
            "start": self.start,
        }

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config["schedule"]), config["start"])


def accuracy(real_logits, fake_logits, threshold):
    """Return the shares of reals and of fakes that the discriminator names correctly.

    Args:
        real_logits, fake_logits: float tensors of the discriminator's outputs.
        threshold: the logit above which it says "real"; None splits half-way between the means.
    """
    if threshold is None:  # logits without a zero point: only differences count
        threshold = (tf.reduce_mean(real_logits) + tf.reduce_mean(fake_logits)) / 2
    real = tf.reduce_mean(tf.cast(real_logits > threshold, tf.float32))
    fake = tf.reduce_mean(tf.cast(fake_logits < threshold, tf.float32))
    return real, fake


def ready(optimizer, network):
    """Return the optimizer (None: DCGAN's Adam) with its state built for this network."""
    optimizer = optimizer or keras.optimizers.Adam(2e-4, beta_1=0.5)
    half = any(layer.compute_dtype == "float16" for layer in network.layers)
    if half and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        # Small gradients vanish in float16 unless the loss is scaled up first.
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(network.trainable_variables)
    return optimizer
