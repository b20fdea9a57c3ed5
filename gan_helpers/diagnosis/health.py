"""A recorder that watches a training run: what the losses alone do not show."""

import math

import keras
import numpy as np
import tensorflow as tf

from gan_helpers.diagnosis import measures


class Health(keras.callbacks.Callback):
    """Records what a run is like, for `diagnose`: the batches, the outputs, how weights move.

    It changes nothing: no weight, no average of a batch norm, no random number of the run.

    With `gh.GAN` it is a callback; the entries stand in the history that `fit` returns:

        history = gan.fit(dataset, epochs=5, callbacks=[gh.diagnosis.Health(real=dataset)])
        gh.diagnosis.diagnose(history, gan.generate(64))

    In a loop of your own, call `record` at the end of every step:

        health = gh.diagnosis.Health(generator, discriminator)
        for real in batches:
            ...
            health.record(real=real, fake=fake, discriminator_loss=..., generator_loss=...)
        gh.diagnosis.diagnose(health, pictures)

    Args:
        generator, discriminator: Keras models, for a loop of your own. The discriminator may
            return logits or probabilities.
        real: what `fit` trains on, a dataset or an array of batches as the GAN sees them.
        every: steps between two looks. A look costs about as much as five small steps.
        latent: the generator's inputs for the looks, (N, ...) as the run draws them; by default
            64 draws from N(0, 1).

    Attributes:
        history: dict of lists of floats, all of one length; NaN is what could not be known.

    Raises:
        ValueError: for what is no Keras model, no samples, or `every` below 1.
    """

    def __init__(self, generator=None, discriminator=None, *, real=None, every=20, latent=None):
        super().__init__()
        for name, network in (("generator", generator), ("discriminator", discriminator)):
            if network is not None and not isinstance(network, keras.Layer):
                raise ValueError(
                    f"{name} is a {type(network).__name__}; give the Keras model itself."
                )
        if not isinstance(every, int) or every < 1:
            raise ValueError(f"every is {every!r}; it must be a whole number of steps from 1 on.")
        self.generator, self.discriminator = generator, discriminator
        self.every = every
        self.history = {}
        self._given_real, self._latent = real, latent
        self._real = self._before = None
        self._calls = 0
        self._values, self._looks = {}, []

    # --- A loop of your own --------------------------------------------------------------------

    def record(self, *, real=None, fake=None, **values):
        """Note one training step; call it at the end of every step. Leave out what you lack.

        Args:
            real, fake: the two batches that the discriminator was trained on, as it got them.
            **values: numbers of this step: discriminator_loss, generator_loss, real_accuracy,
                fake_accuracy, or others.

        Raises:
            ValueError: for a value that is no single number.
        """
        for name, value in values.items():
            self._values.setdefault(name, []).append(_number(name, value))
        if real is not None and fake is not None:
            self._values.setdefault("unequal", []).append(float(len(real) != len(fake)))
            self._values.setdefault("real_count", []).append(float(len(real)))
            self._values.setdefault("fake_count", []).append(float(len(fake)))
        self._calls += 1
        if self._calls % self.every == 0:
            self._looks.append(self._look(real, fake))
            self._write(self._values, self.history)
            self._values = {}
        if (self._calls + 1) % self.every == 0:
            self._before = self._snapshot()

    # --- A callback of GAN.fit -----------------------------------------------------------------

    def on_train_begin(self, logs=None):
        self.generator, self.discriminator = self.model.generator, self.model.discriminator
        self.history, self._looks = {}, []
        self._real = _first_samples(self._given_real)
        self._due = self.model.steps

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.steps >= self._due:
            self._before = self._snapshot()

    def on_train_batch_end(self, batch, logs=None):
        if self._before is not None:
            self._looks.append(self._look(self._real, None))
            self._due = self.model.steps + self.every
            self._before = None

    def on_epoch_end(self, epoch, logs=None):
        written = self._write({}, self.model.history.history)
        for name, value in {**(logs or {}), **written}.items():
            self.history.setdefault(name, []).append(value)

    def _step(self):
        return self._calls or self.model.steps

    # --- A look ----------------------------------------------------------------------------------

    def _write(self, values, history):
        """Append the means of the values and of the looks since the last time."""
        gathered = {**values}
        for look in self._looks:
            for name, value in look.items():
                gathered.setdefault(name, []).append(value)
        if self._looks:
            gathered["step"] = [float(self._step())]
        self._looks = []
        length = max(map(len, history.values()), default=0)
        means = {name: float(np.mean(found)) for name, found in gathered.items()}
        for name, value in means.items():
            # An entry that comes late is unknown for the time before.
            history.setdefault(name, [math.nan] * length).append(value)
        return means

    def _snapshot(self):
        """Copy the weights of both networks."""
        return {
            name: _values_of(network)
            for name, network in (
                ("generator", self.generator),
                ("discriminator", self.discriminator),
            )
            if network is not None and network.built
        }

    def _look(self, real, fake):
        found = {}
        latent = self._probe()
        if latent is not None:
            drawn = _call(self.generator, latent, training=False).numpy()
            live = _call(self.generator, latent, training=True).numpy()
            if fake is None:
                fake = live
            found |= measures.batch(drawn, "drawn")
            if _norms(self.generator):
                found["norm_window"] = max(_window(layer) for layer in _norms(self.generator))
        if real is not None:
            found |= measures.batch(real, "real")
        if fake is not None:
            found |= measures.batch(fake, "fake")
        if self.discriminator is not None and self.discriminator.built:
            found |= self._ratings(real, fake)
        found |= self._movement(latent)
        if self.generator is not None:
            found["trained_alone"] = float(_is_trained_alone(self.generator))
            found["reach_min"], found["reach_max"] = _reach(self.generator)
        return found

    def _probe(self):
        """Return the generator's inputs for the looks, the same every time."""
        if self.generator is None or not self.generator.built:
            return None
        if self._latent is None:
            shape = tuple(self.generator.input_shape[1:])
            generator = np.random.default_rng(0)
            self._latent = generator.standard_normal((measures.MOST_SAMPLES, *shape))
        return tf.constant(self._latent[: measures.MOST_SAMPLES], tf.float32)

    def _ratings(self, real, fake):
        outputs = {
            name: self._rate(samples).numpy()
            for name, samples in (("real", real), ("fake", fake))
            if samples is not None
        }
        found = {f"{name}_output": float(np.mean(value)) for name, value in outputs.items()}
        if len(outputs) == 2:
            found["ranking"] = measures.ranking(outputs["real"], outputs["fake"])
            both = np.concatenate(list(outputs.values()))
            found["output_spread"] = float(both.std())
        return found

    def _rate(self, samples):
        """Return what the discriminator, in training mode, says about each sample, (N,)."""
        samples = tf.cast(samples[: measures.MOST_SAMPLES], tf.float32)
        samples = _reshaped(samples, self.discriminator)
        outputs = tf.cast(_call(self.discriminator, samples, training=True), tf.float32)
        return tf.reduce_mean(tf.reshape(outputs, (len(outputs), -1)), axis=1)

    def _movement(self, latent):
        """Return how far, and whereto, the weights have moved since the snapshot."""
        if self._before is None:
            return {}
        now = self._snapshot()
        found = {}
        for name, before in self._before.items():
            step = [
                after - old for after, old in zip(now[name].weights, before.weights, strict=True)
            ]
            length = measures.norm(before.weights)
            found[f"{name}_change"] = measures.norm(step) / max(length, 1e-12)
            if before.statistics:
                step = [a - b for a, b in zip(now[name].statistics, before.statistics, strict=True)]
                found[f"{name}_norm_change"] = float(measures.norm(step))
        if latent is not None and len(self._before) == 2:
            found["agreement"] = self._agreement(latent, now["generator"])
        return found

    def _agreement(self, latent, now):
        """Return the cosine between the generator's step and the way up the discriminator."""
        before = self._before["generator"]
        if not before.trainable:
            return math.nan
        weights = [tf.constant(value) for value in before.trainable]
        others = [variable.value for variable in self.generator.non_trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(weights)
            fakes, _ = self.generator.stateless_call(weights, others, latent, training=True)
            approval = tf.reduce_mean(self._rate(tf.cast(fakes, tf.float32)))
        gradients = tape.gradient(approval, weights, unconnected_gradients="zero")
        step = [after - old for after, old in zip(now.trainable, before.trainable, strict=True)]
        return measures.cosine(step, [gradient.numpy() for gradient in gradients])


class _Values:
    """Copies of a network's variables, sorted by what they are."""

    def __init__(self, network):
        statistics = {
            id(variable)
            for layer in _norms(network)
            for variable in (layer.moving_mean, layer.moving_variance)
        }
        self.trainable = [variable.numpy() for variable in network.trainable_variables]
        # All weights, also of a network that somebody froze; without averages of batch norms.
        self.weights = [v.numpy() for v in network.weights if id(v) not in statistics]
        self.statistics = [v.numpy() for v in network.weights if id(v) in statistics]


def _values_of(network):
    return _Values(network)


def _norms(network):
    """Return all batch norm layers of a network, also of networks inside it."""
    found = []
    for layer in getattr(network, "layers", []):
        if isinstance(layer, keras.layers.BatchNormalization):
            found.append(layer)
        found += _norms(layer)
    return found


def _call(network, samples, training):
    """Call a network without leaving a trace in it (batch norm's averages, seeds of dropout)."""
    outputs, _ = network.stateless_call(
        [variable.value for variable in network.trainable_variables],
        [variable.value for variable in network.non_trainable_variables],
        samples,
        training=training,
    )
    return tf.cast(outputs, tf.float32)


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


# The least and the largest value of what a network's last layer can give.
_REACH = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
_SHAPES_ALONE = (keras.layers.Reshape, keras.layers.Flatten, keras.layers.InputLayer)


def _reach(network):
    """Return the range of a network's outputs, (NaN, NaN) when its last layer sets no bounds."""
    for layer in reversed(getattr(network, "layers", [])):
        if getattr(layer, "layers", None):
            return _reach(layer)
        if not isinstance(layer, _SHAPES_ALONE):
            name = getattr(getattr(layer, "activation", None), "__name__", "")
            return _REACH.get(name, (math.nan, math.nan))
    return math.nan, math.nan


def _is_trained_alone(generator):
    """Return whether Keras' own `fit` or `train_on_batch` trains the generator, by its own loss."""
    own_step = type(generator).train_step is keras.Model.train_step
    return own_step and getattr(generator, "train_function", None) is not None


def _window(layer):
    """Return over how many steps a batch norm averages."""
    return 1.0 / max(1.0 - layer.momentum, 1e-9)


def _number(name, value):
    array = np.asarray(value, dtype=np.float64) if value is not None else np.zeros(0)
    if array.size != 1:
        raise ValueError(
            f"{name} is {value!r}; record one number a step, for example its mean over the batch."
        )
    return float(array.reshape(()))


def _first_samples(real):
    """Return the first reals of a dataset or an array, at most 64, or None."""
    if real is None:
        return None
    if not isinstance(real, tf.data.Dataset):
        return np.asarray(real[: measures.MOST_SAMPLES], np.float32)
    epoch = real.epoch.numpy() if hasattr(real, "epoch") else None
    batches, count = [], 0
    for batch in real:
        batches.append(batch.numpy())
        count += len(batch)
        if count >= measures.MOST_SAMPLES:
            break
    if epoch is not None:  # looking into a pipeline counts as an epoch
        real.epoch.assign(epoch)
    return np.concatenate(batches)[: measures.MOST_SAMPLES]
