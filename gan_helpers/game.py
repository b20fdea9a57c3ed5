"""What every adversarial game has, whoever plays it: counted steps, a guarded `fit`, files."""

import os
import zipfile

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import guards, losses, training
from gan_helpers.checks import Schedule


class Game(keras.Model):
    """Networks that train against each other with `fit`, and are saved, loaded and resumed.

    Each kind of game says what a file keeps of it.

    Attributes:
        NETWORKS: names of the networks, which are arguments of the constructor.
        SETTINGS: names of the arguments of `compile` that are stored beside the loss.
        steps: the number of training steps so far.
    """

    NETWORKS = ("generator", "discriminator")
    SETTINGS = ()

    def __init__(self, name, **kwargs):
        super().__init__(name=name, **kwargs)
        self.step_counter = self.add_weight(
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
            name="steps",
        )
        self.built = True

    @property
    def steps(self):
        return int(self.step_counter.numpy())

    # --- Training ------------------------------------------------------------------------------

    def fit(self, x=None, *args, callbacks=None, **kwargs):
        """Train; all of `keras.Model.fit`, with the order of the data and a stop at broken numbers.

        See `gh.GAN.fit`.
        """
        given = callbacks if isinstance(callbacks, list | tuple) else [callbacks]
        given = [callback for callback in given if callback is not None]
        is_dataset = isinstance(x, tf.data.Dataset)
        own = [guards.DataOrder(x)]
        if not any(isinstance(callback, guards.StopOnBrokenNumbers) for callback in given):
            searched = x if is_dataset else None
            if isinstance(x, np.ndarray | tf.Tensor):
                searched = tf.data.Dataset.from_tensors(x)
            own.append(guards.StopOnBrokenNumbers(searched))
        kwargs.setdefault("shuffle", not is_dataset)  # Keras warns where it cannot shuffle
        return super().fit(x, *args, callbacks=[*own, *given], **kwargs)

    @property
    def metrics(self):
        return getattr(self, "_trackers", [])

    def _report(self, names):
        """From now on `fit` shows means of what a step reports under these names."""
        self._trackers = [keras.metrics.Mean(name=name) for name in names]

    def _track(self, **values):
        for tracker in self._trackers:
            tracker.update_state(values[tracker.name])
        return self.get_metrics_result()

    def _train_discriminator(self, discriminator, real, fake):
        """One step of a game's single discriminator, given as a function of pictures alone.

        The game says what its `_penalty` is.
        """
        with training.watch(self.discriminator) as tape:
            real_logits = discriminator(real, training=True)
            fake_logits = discriminator(fake, training=True)
            loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
            penalty = self._penalty(discriminator, real, fake)
            total = loss + penalty
        training.minimize(total, tape, self.discriminator, self.discriminator_optimizer)

        threshold = self.adversarial_loss.threshold
        real_accuracy, fake_accuracy = training.accuracy(real_logits, fake_logits, threshold)
        return {
            "discriminator_loss": loss,
            "penalty": penalty,
            "real_accuracy": real_accuracy,
            "fake_accuracy": fake_accuracy,
            "real_logit": tf.reduce_mean(real_logits),
            "fake_logit": tf.reduce_mean(fake_logits),
        }

    def _zero_centered(self, discriminator, real, fake, pack=1):
        """Return r1 / 2 E |grad_x C(x)|^2 on reals plus r2 / 2 times the same on fakes."""
        total = 0.0
        for gamma, samples in ((self.r1, real), (self.r2, fake)):
            if gamma:
                gamma = gamma(self.step_counter.value) if isinstance(gamma, Schedule) else gamma
                total += gamma / 2 * losses.zero_centered_penalty(discriminator, samples, pack)
        return total

    def _lazily(self, penalty):
        """Return penalty() at every k-th step, times k, and 0 at the others.

        "Lazy regularization" (Karras et al. 2020, "Analyzing and Improving the Image Quality of
        StyleGAN", section 3.1); k is `penalty_every`.
        """
        if self.penalty_every == 1:
            return penalty()
        due = tf.equal(self.step_counter % self.penalty_every, 0)
        return tf.cond(due, lambda: penalty() * self.penalty_every, lambda: tf.constant(0.0))

    # --- Files ---------------------------------------------------------------------------------

    def save_own_variables(self, store):
        """Keep the random states of layers such as dropout too, which Keras' files leave out."""
        super().save_own_variables(store)
        for number, state in enumerate(self._random_states()):
            store[f"random_state_{number}"] = state.numpy()

    def load_own_variables(self, store):
        """Load what `save_own_variables` has kept; files without random states are taken too."""
        names = list(store.keys())
        for number, state in enumerate(self._random_states()):
            if f"random_state_{number}" in names:
                state.assign(store[f"random_state_{number}"])
        weights = [name for name in names if not name.startswith("random_state_")]
        super().load_own_variables({name: store[name] for name in weights})

    def _random_states(self):
        """Return the variables that belong to the networks and are no weights."""
        weights = {id(weight) for weight in self.weights}
        return [v for v in self.variables if id(v) not in weights and "seed" in v.path]

    def get_config(self):
        return {"name": self.name, **{name: _stored(getattr(self, name)) for name in self.NETWORKS}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**{name: _restored(value, custom_objects) for name, value in config.items()})

    def get_compile_config(self):
        loss = self.compiled and self.adversarial_loss
        if not loss or losses.LOSSES.get(loss.name) is not loss:
            return None  # functions of your own are not stored: compile again after loading
        settings = {name: _stored(getattr(self, name)) for name in self.SETTINGS}
        return {"loss": self.adversarial_loss.name, **settings}

    def compile_from_config(self, config):
        self.compile(**{name: _restored(value) for name, value in config.items()})

    @classmethod
    def load(cls, path):
        """Load a game of this kind from a `.keras` file, weights and optimizers included.

        Raises:
            ValueError: when the file cannot be read, holds something else, or code instead of
                Keras layers.
            FileNotFoundError: where there is no file.
        """
        if not os.path.exists(path):
            raise FileNotFoundError(f"there is no file {path}.")
        if not zipfile.is_zipfile(path):
            raise ValueError(f"{path} is no whole .keras file; was it cut off on its way?")
        loaded = keras.saving.load_model(path, safe_mode=True)
        if not isinstance(loaded, cls):
            raise ValueError(f"{path} holds a {type(loaded).__name__}, not a {cls.__name__}.")
        return loaded


def average_of(network):
    """Return a copy of the network that `training.average` shall move after it."""
    copy = keras.models.clone_model(network)
    copy.set_weights(network.get_weights())
    copy.trainable = False
    return copy


def _stored(value):
    """Return what a file takes: numbers and names as they are, Keras objects as dictionaries."""
    if isinstance(value, tuple):
        return list(value)
    kinds = keras.Model | keras.optimizers.Optimizer | Schedule
    return keras.saving.serialize_keras_object(value) if isinstance(value, kinds) else value


def _restored(value, custom_objects=None):
    """Return what a file has taken, turned into objects again."""
    is_object = isinstance(value, dict)
    return keras.saving.deserialize_keras_object(value, custom_objects) if is_object else value
