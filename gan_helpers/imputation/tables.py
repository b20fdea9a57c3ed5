"""Missing values in a table, filled in by an adversarial game over single cells."""

import keras
import numpy as np
import sklearn.base
import tensorflow as tf

from gan_helpers import arguments, checks

BATCH_SIZE = 64
RATE = 1e-3
NOISE = 0.1  # what stands in a missing cell before the generator fills it


def hint(mask, told):
    """Return the hint for the discriminator: b m + 0.5 (1 - b), float32 (N, D).

    Args:
        mask: float tensor (N, D), m, 1 = known, 0 = missing.
        told: float tensor (N, D), b, 1 where the discriminator is told m, 0 where it must guess.
    """
    return told * mask + 0.5 * (1.0 - told)


def guessing_error(mask, logits, told):
    """Return the discriminator's cross entropy over the cells that it must guess, a scalar.

        -E [m log D + (1 - m) log(1 - D)]  where b = 0

    Args:
        mask, told: float tensors (N, D) as for `hint`.
        logits: float tensor (N, D) of the discriminator; D = sigmoid(logits) is the probability
            that a cell is known.
    """
    errors = mask * tf.nn.softplus(-logits) + (1.0 - mask) * tf.nn.softplus(logits)
    return _mean_where(1.0 - told, errors)


def fooling_error(mask, logits, told):
    """Return the generator's loss, small where filled cells are taken for known: a scalar.

        -E [(1 - m) log D]  where b = 0

    Args: as for `guessing_error`.
    """
    return _mean_where(1.0 - told, (1.0 - mask) * tf.nn.softplus(-logits))


def _mean_where(chosen, values):
    return tf.reduce_sum(chosen * values) / tf.maximum(tf.reduce_sum(chosen), 1.0)


class Gain(sklearn.base.TransformerMixin, sklearn.base.BaseEstimator):
    """Fills missing cells of a table of numbers, an imputer like those of scikit-learn.

    Yoon et al. 2018, "GAIN: Missing Data Imputation using Generative Adversarial Nets". With a
    row x, its mask m (1 = known), noise z and a random hint h:

        filled row       x^ = m x + (1 - m) G(m x + (1 - m) z, m)
        discriminator    D(x^, h) guesses m, cell by cell:       min guessing_error
        generator        min fooling_error + alpha E [m (x - G)^2]

    The second part of the generator's loss binds its output to the cells that are known; with
    `hide` it counts hidden ones as well, while everywhere else they are as missing. The hint
    tells D most of m; without it several distributions would be equally hard to tell apart
    (theorem 1 of the paper), and G could settle on a wrong one.

    Each column is brought to mean 0 and deviation 1 before, and back afterwards; text must be
    turned into numbers first.

    Args:
        steps: training steps of 64 rows. With hide 0 more can be worse: watch a few known cells.
        hide: share of the known cells that is hidden from the generator at each step, from 0 to
            below 1; their truth is known, and the error on known cells counts them too. The paper
            has 0: then the generator learns about missing cells through the discriminator alone.
        hint_rate: the share of cells that D is told, from 0 to below 1.
        alpha: weight of the error on known cells, from 0 on.
        units: in each of the two hidden layers; None takes four times the number of columns, at
            least 64.
        seed: of weights, batches, noise and hints; whole number from 0 to 2**31 - 1.

    Attributes:
        generator_, discriminator_: the trained Keras models, from [rows, masks] to rows and from
            [rows, hints] to logits.
        mean_, scale_: of each column's known cells, float64 (D,).
    """

    def __init__(self, steps=2_000, hide=0.2, hint_rate=0.9, alpha=10.0, units=None, seed=0):
        self.steps = steps
        self.hide = hide
        self.hint_rate = hint_rate
        self.alpha = alpha
        self.units = units
        self.seed = seed

    def fit(self, X, y=None):
        """Learn from a table with missing cells.

        Args:
            X: floats (N, D), NaN where a cell is missing.
            y: not used; there for scikit-learn.

        Raises:
            ValueError: for another shape or type, infinity, a column without any known cell, or
                settings out of range.
        """
        steps, units, seed = self._checked_settings()
        table = _checked_table(X)
        known = ~np.isnan(table)
        empty = np.flatnonzero(~known.any(axis=0))
        if len(empty):
            raise ValueError(f"column {empty[0]} has no known cell; leave it out.")
        self.n_features_in_ = table.shape[1]
        self.mean_ = np.nanmean(table, axis=0)
        deviation = np.nanstd(table, axis=0)
        self.scale_ = np.where(deviation > 0, deviation, 1.0)
        units = units or max(64, 4 * self.n_features_in_)
        self.generator_, self.discriminator_ = (
            _network(self.n_features_in_, units, name, 2 * seed + number)
            for number, name in enumerate(("generator", "discriminator"))
        )
        self._train(*self._prepared(table), steps, seed)
        return self

    def transform(self, X):
        """Return the table with its missing cells filled, float64 (N, D).

        Args:
            X: floats (N, D), NaN where a cell is missing; known cells come back bit for bit.

        Raises:
            ValueError: for another number of columns than in `fit`, or before it.
        """
        if not hasattr(self, "generator_"):
            raise ValueError("this Gain has learned nothing yet; call fit first.")
        table = _checked_table(X)
        if table.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {table.shape[1]} columns; fit saw {self.n_features_in_}.")
        rows, mask = self._prepared(table)
        # Zero, the middle of the noise: the same answer each time.
        drawn = self.generator_([mask * rows, mask], training=False).numpy()
        return np.where(np.isnan(table), drawn * self.scale_ + self.mean_, table)

    def _prepared(self, table):
        """Return standardized rows, 0 where missing, and their masks, both float32 (N, D)."""
        mask = ~np.isnan(table)
        rows = np.where(mask, (table - self.mean_) / self.scale_, 0.0)
        return rows.astype(np.float32), mask.astype(np.float32)

    def _train(self, rows, masks, steps, seed):
        """Play the game for all steps, in one graph."""
        generator, discriminator = self.generator_, self.discriminator_
        optimizers = [keras.optimizers.Adam(RATE) for _ in range(2)]
        for optimizer, network in zip(optimizers, (generator, discriminator), strict=True):
            optimizer.build(network.trainable_variables)

        def step(number):
            picks, noise, told, shown = _draws(seed, number, rows.shape, self)
            x, known = tf.gather(rows, picks), tf.gather(masks, picks)
            m = known * shown
            h = hint(m, told)
            with tf.GradientTape(persistent=True) as tape:
                drawn = generator([m * x + (1.0 - m) * noise, m], training=True)
                filled = m * x + (1.0 - m) * drawn
                guesses = discriminator([tf.stop_gradient(filled), h], training=True)
                loss_of_discriminator = guessing_error(m, guesses, told)
                fooled = fooling_error(m, discriminator([filled, h], training=True), told)
                loss_of_generator = fooled + self.alpha * _mean_where(known, tf.square(x - drawn))
            for loss, network, optimizer in (
                (loss_of_discriminator, discriminator, optimizers[1]),
                (loss_of_generator, generator, optimizers[0]),
            ):
                gradients = tape.gradient(loss, network.trainable_variables)
                optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))

        @tf.function
        def play():
            for number in tf.range(steps):
                step(number)

        play()

    def _checked_settings(self):
        """Return (steps, units or None, seed)."""
        steps = arguments.whole("steps", self.steps, 1, 2**31 - 1)
        units = None if self.units is None else arguments.whole("units", self.units)
        seed = arguments.whole("seed", self.seed, 0, 2**31 - 1)
        for name in ("hide", "hint_rate"):
            arguments.number(name, getattr(self, name), least=0, below=1)
        checks.weights(alpha=self.alpha)
        return steps, units, seed


def _draws(seed, number, shape, gain):
    """Return this step's rows, noise, cells that D is told, and cells that G is shown."""
    count, columns = shape
    size = min(BATCH_SIZE, count)
    seeds = [tf.stack([4 * tf.cast(number, tf.int64) + draw, seed]) for draw in range(4)]
    picks = tf.random.stateless_uniform((size,), seeds[0], 0, count, tf.int32)
    noise = NOISE * tf.random.stateless_normal((size, columns), seeds[1])
    told = tf.random.stateless_uniform((size, columns), seeds[2]) < gain.hint_rate
    shown = tf.random.stateless_uniform((size, columns), seeds[3]) >= gain.hide
    return picks, noise, tf.cast(told, tf.float32), tf.cast(shown, tf.float32)


def _network(columns, units, name, seed):
    """Return a model from two tables side by side to one, with two hidden layers."""
    seeds = np.random.default_rng(seed).integers(0, 2**31 - 1, 3).tolist()

    def dense(count, activation=None):
        start = keras.initializers.GlorotUniform(seeds.pop())  # the global seed is not ours to set
        return keras.layers.Dense(count, activation, kernel_initializer=start, dtype="float32")

    inputs = [keras.Input((columns,), dtype="float32") for _ in range(2)]
    x = keras.layers.Concatenate(dtype="float32")(inputs)
    for _ in range(2):
        x = dense(units, "relu")(x)
    return keras.Model(inputs, dense(columns)(x), name=name)


def _checked_table(X):
    """Return float64 (N, D), NaN where a cell is missing."""
    try:
        table = np.array(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"X holds something that is no number: {error}.") from error
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"X has the shape {table.shape}; expected rows and columns, (N, D).")
    if np.isinf(table).any():
        raise ValueError("X holds infinity; missing cells are NaN.")
    return table
