"""A recorder that watches a training run: what the losses alone do not show."""

import math

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import arguments
from gan_helpers.diagnosis import looks, measures


class Health(keras.callbacks.Callback):
    """Records what a run is like, for `diagnose`: the batches, the outputs, how weights move.

    It changes no weight, no average of a batch norm and no random number of the run.

    With `gh.GAN` it is a callback; the entries stand in the history that `fit` returns, one an
    epoch:

        history = gan.fit(dataset, epochs=5, callbacks=[gh.diagnosis.Health(real=dataset)])
        gh.diagnosis.diagnose(history, gan.generate(64))

    In a loop of your own, call `record` at the end of every step; every `every` steps an entry
    is added:

        health = gh.diagnosis.Health(generator, discriminator)
        for real in batches:
            ...
            health.record(real=real, fake=fake, discriminator_loss=..., generator_loss=...)
        gh.diagnosis.diagnose(health, pictures)

    Args:
        generator, discriminator: Keras models, for a loop of your own. The discriminator may
            return logits or probabilities.
        real: for `fit`, what it trains on: a dataset, or an array of floats as the GAN sees them.
            For a conditional GAN it must be the dataset, of samples and conditions.
            A `gh.data.pipeline` keeps its order; one after `.repeat()` begins with another epoch.
        every: steps between two looks. A look takes about 20 ms for small networks.
        latent: the generator's inputs for the looks, (N, ...) as the run draws them; by default
            64 draws from N(0, 1).

    Attributes:
        history: dict of lists of floats, all of one length; NaN is what could not be known. Some
            entries: `ranking`, the share of pairs in which the discriminator rates a real above a
            fake; `agreement`, the cosine between the generator's step and the way up the
            discriminator's ratings; `generator_change`, the length of its step relative to its
            weights; for reals, for fakes and for what is `drawn` in inference mode the minimum,
            maximum, mean and deviation, the correlation of neighboring pixels, the spread over the
            batch (`diversity`) and the distance to the nearest other sample.

    Raises:
        ValueError: for what is no Keras model, uint8 pictures as `real`, or `every` below 1; when
            `fit` begins, for a conditional GAN whose conditions are not known.
    """

    def __init__(self, generator=None, discriminator=None, *, real=None, every=20, latent=None):
        super().__init__()
        for name, network in (("generator", generator), ("discriminator", discriminator)):
            if network is not None and not isinstance(network, keras.Layer):
                raise ValueError(
                    f"{name} is a {type(network).__name__}; give the Keras model itself."
                )
        if getattr(real, "dtype", None) == np.uint8:
            raise ValueError(
                "real is a uint8 array; give the dataset that fit trains on, so that its scaling "
                "can be seen."
            )
        self.generator, self.discriminator = generator, discriminator
        self.every = arguments.whole("every", every, of="steps")
        self.history = {}
        self._given_real, self._latent = real, latent
        self._real, self._before, self._start = None, {}, {}
        self._calls = 0
        self._values, self._names = {}, set()

    # --- A loop of your own --------------------------------------------------------------------

    def record(self, *, real=None, fake=None, **values):
        """Note one training step; call it at the end of every step. Leave out what you lack.

        Args:
            real, fake: the two batches that the discriminator was trained on, as it got them.
            **values: numbers of this step: discriminator_loss, generator_loss, real_accuracy,
                fake_accuracy, or others.

        Raises:
            ValueError: for a value that is no single number, or batches that the discriminator
                cannot take.
        """
        self._note({name: _number(name, value) for name, value in values.items()})
        if real is not None and fake is not None:
            counts = {"real_count": len(real), "fake_count": len(fake)}
            self._note({**counts, "unequal": len(real) != len(fake)})
        self._calls += 1
        self._start = self._start or self._weights()
        if self._calls % self.every == 0:
            self._note(self._look(real, fake))
            self._write(self.history, self._calls)
        if (self._calls + 1) % self.every == 0:
            self._before = self._weights()

    # --- A callback of GAN.fit -----------------------------------------------------------------

    def on_train_begin(self, logs=None):
        if not hasattr(self.model, "generator"):
            raise ValueError(
                f"Health watches a gh.GAN, but this is a {type(self.model).__name__}; in other "
                "loops call Health(generator, discriminator).record(...) yourself."
            )
        self.generator, self.discriminator = self.model.generator, self.model.discriminator
        self._real, conditions = _first_samples(self._given_real)
        if getattr(self.model, "conditional", False):
            if conditions is None:
                raise ValueError(
                    "this GAN is conditional; give Health(real=dataset) the dataset of samples and "
                    "conditions that fit trains on."
                )
            self.generator = looks.Given(self.generator, conditions)
            self.discriminator = looks.Given(self.discriminator, conditions)
        self._before, self._start, self._values, self._names = {}, {}, {}, set()

    def on_epoch_begin(self, epoch, logs=None):
        self._due = self.model.steps  # at least one look in every epoch

    def on_train_batch_begin(self, batch, logs=None):
        if self.model.steps >= self._due:
            self._before = self._weights()

    def on_train_batch_end(self, batch, logs=None):
        if self._before:
            self._note(self._look(self._real, None))
            self._before = {}
            self._due += self.every

    def on_epoch_end(self, epoch, logs=None):
        self.history = self.model.history.history  # Keras adds the losses to the same dict
        self._write(self.history, self.model.steps)

    # --- Looks and entries ---------------------------------------------------------------------

    def _networks(self):
        """Return the networks that are there and built, by name."""
        networks = {"generator": self.generator, "discriminator": self.discriminator}
        return {name: network for name, network in networks.items() if _is_built(network)}

    def _weights(self):
        return {name: looks.Weights(network) for name, network in self._networks().items()}

    def _look(self, real, fake):
        """Return all that can be seen now, {name: number}."""
        networks = self._networks()
        latent = self._probe() if "generator" in networks else None
        found, fake = looks.batches(self.generator, latent, real, fake)
        if "discriminator" in networks:
            found |= looks.ratings(self.discriminator, real, fake)
        now = self._weights() if self._before else {}
        for name, before in self._before.items():
            found |= looks.movement(name, before, now[name])
            if name in self._start:  # it may rest at the very steps that are looked at
                moved = looks.movement(name, self._start[name], now[name])
                found[f"{name}_moved"] = moved[f"{name}_change"]
        self._start = now or self._start
        if latent is not None and len(self._before) == 2:
            both = (self._before["generator"], now["generator"])
            found["agreement"] = looks.agreement(*networks.values(), latent, *both)
        if "generator" in networks:
            found["trained_alone"] = looks.is_trained_alone(self.generator)
            found["reach_min"], found["reach_max"] = looks.reach(self.generator)
        return found

    def _probe(self):
        """Return the generator's inputs for the looks, the same every time; None if unknown."""
        if self._latent is None:
            shape = self.generator.input_shape
            if not isinstance(shape, tuple) or None in shape[1:]:
                return None  # several inputs, or of any size
            draws = np.random.default_rng(0)
            self._latent = draws.standard_normal((measures.MOST_SAMPLES, *shape[1:]))
        return tf.cast(self._latent[: measures.MOST_SAMPLES], tf.float32)

    def _note(self, values):
        for name, value in values.items():
            self._values.setdefault(name, []).append(float(value))

    def _write(self, history, step):
        """Append to the history the means of what was noted since the last time."""
        means = {name: float(np.mean(values)) for name, values in self._values.items()}
        means["step"] = float(step)
        entries = max((len(history[name]) for name in self._names), default=0)
        self._names |= set(means)
        for name in self._names:  # NaN is what was not looked at, now or in the entries before
            history.setdefault(name, [math.nan] * entries).append(means.get(name, math.nan))
        self._values = {}


def _is_built(network):
    return network is not None and network.built


def _number(name, value):
    array = np.zeros(0) if value is None else np.asarray(value, np.float64)
    if array.size != 1:
        raise ValueError(
            f"{name} is {value!r}; record one number a step, for example its mean over the batch."
        )
    return float(array.reshape(()))


def _first_samples(real):
    """Return the first reals of a dataset or an array, at most 64, and their conditions, if any."""
    if real is None:
        return None, None
    if not isinstance(real, tf.data.Dataset):
        return np.asarray(real[: measures.MOST_SAMPLES], np.float32), None
    epoch = real.epoch.numpy() if hasattr(real, "epoch") else None
    batches, count = [], 0
    for batch in real:
        batches.append([part.numpy() for part in tf.nest.flatten(batch)])
        count += len(batches[-1][0])
        if count >= measures.MOST_SAMPLES:
            break
    if epoch is not None:  # looking into a pipeline counts as an epoch
        real.epoch.assign(epoch)
    parts = [np.concatenate(part)[: measures.MOST_SAMPLES] for part in zip(*batches, strict=True)]
    return parts[0], parts[1] if len(parts) > 1 else None
