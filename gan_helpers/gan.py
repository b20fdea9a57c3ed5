"""The adversarial game as one Keras model."""

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import arguments, augmentation, checks, game, losses, networks, training
from gan_helpers.data import arrays

METRICS = (
    "discriminator_loss",
    "generator_loss",
    "real_accuracy",
    "fake_accuracy",
    "real_logit",
    "fake_logit",
    "penalty",
)


@keras.saving.register_keras_serializable(package="gan_helpers")
class GAN(game.Game):
    """A generator and a discriminator that train against each other with `fit`.

    Goodfellow et al. 2014, "Generative Adversarial Nets": the discriminator learns to tell real
    pictures x from fakes G(z), the generator learns to make it fail. A moving average of the
    generator's weights (Yazici et al. 2019) draws the pictures that `generate` returns.

    Where both networks take a condition y besides, such as a class, the game is played for each y
    at once: C(x, y) against C(G(z, y), y) (Mirza and Osindero 2014, "Conditional Generative
    Adversarial Nets"). A fake gets the condition of the real sample at its place in the batch.
    Lesson 10 trains one on classes:

        gan = gh.GAN(
            gh.networks.generator((28, 28, 1), classes=10),
            gh.networks.discriminator((28, 28, 1), classes=10),
        )
        gan.compile(**gh.recipes.settings())
        gan.fit(gh.data.pipeline(images, 32, labels=labels), epochs=5)
        threes = gan.generate(8, condition=3)

    Args:
        generator: Keras model from latent vectors (N, latent_dim) to samples (N, ...); or from
            the list [latent vectors, conditions].
        discriminator: Keras model from such samples to logits (N, 1); or from the list [samples,
            conditions]. Conditions are labels, int (N,), or arrays of floats, such as pictures.

    Attributes:
        conditional: whether the networks take a condition.
        classes: the number of classes, where the condition is a label; else None.

    Raises:
        ValueError: when the two do not fit together.
    """

    SETTINGS = (
        *("r1", "r2", "gradient_penalty", "penalty_every", "ema", "seed", "augment"),
        *("generator_optimizer", "discriminator_optimizer"),
    )

    def __init__(self, generator, discriminator, name="gan", **kwargs):
        super().__init__(name, **kwargs)
        checks.networks(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = game.average_of(generator)
        self.conditional = len(generator.inputs) == 2
        self.classes = checks.classes_of(generator) if self.conditional else None
        self.latent_dim = generator.inputs[0].shape[-1]
        self.sample_shape = tuple(generator.output_shape[1:])

    def compile(
        self,
        loss="relativistic",
        r1=0.0,
        r2=0.0,
        gradient_penalty=0.0,
        penalty_every=1,
        generator_optimizer=None,
        discriminator_optimizer=None,
        ema=0.995,
        seed=0,
        augment=(),
        **kwargs,
    ):
        """Choose the loss, the penalties and one optimizer for each network.

        Args:
            loss: a name in `gh.losses.LOSSES`, or an `AdversarialLoss` of your own.
            r1, r2: gamma of the zero-centered penalties on reals and on fakes; the
                discriminator's loss grows by gamma / 2 * E |grad_x C(x)|^2. A number, or a Keras
                schedule of the training step (`keras.optimizers.schedules`).
            gradient_penalty: weight of WGAN-GP's penalty between reals and fakes (paper: 10).
            penalty_every: compute the penalties only at every k-th step, times k ("lazy
                regularization", Karras et al. 2020).
            generator_optimizer, discriminator_optimizer: Keras optimizers; by default each is
                Adam(0.0002, beta_1=0.5), as in the DCGAN paper.
            ema: decay of the generator's moving average per step, from 0 (none) to below 1.
            seed: of the latent vectors and the augmentation; with the number of the step it
                determines each draw.
            augment: tuple of names in `gh.augmentation.AUGMENTATIONS`; the discriminator then
                sees reals and fakes only as they are after these random changes. For few images.
            **kwargs: what else `keras.Model.compile` takes, such as `steps_per_execution`,
                `jit_compile` or `run_eagerly`.

        Raises:
            ValueError: for a frozen network, an unknown loss or augmentation, a weight or decay out
                of range, what is no Keras optimizer, or one optimizer for both.
        """
        checks.trainable(generator=self.generator, discriminator=self.discriminator)
        self.adversarial_loss = losses.get(loss)
        checks.penalties(r1, r2)
        penalty_every = arguments.whole("penalty_every", penalty_every)
        checks.weights(gradient_penalty=gradient_penalty)
        checks.average(ema)
        seed = arguments.whole("seed", seed, 0, 2**31 - 1)  # for TensorFlow's stateless draws
        checks.optimizers(generator_optimizer, discriminator_optimizer)
        augmentation.check(augment, self.sample_shape)
        checks.augmented_condition(augment, self.generator)
        self.r1, self.r2, self.gradient_penalty = r1, r2, float(gradient_penalty)
        self.penalty_every, self.ema, self.seed = penalty_every, float(ema), seed
        self.augment = tuple(augment)
        self.generator_optimizer = training.ready(generator_optimizer, self.generator)
        self.discriminator_optimizer = training.ready(discriminator_optimizer, self.discriminator)
        super().compile(optimizer=self.discriminator_optimizer, **kwargs)
        self._report(METRICS)

    # --- Training ------------------------------------------------------------------------------

    def fit(self, x=None, y=None, *args, **kwargs):
        """Train; all of `keras.Model.fit`, on a dataset of real samples.

        The dataset yields samples alone; for networks with a condition, (samples, conditions).

        A `gh.data.pipeline` hands out the same batches in epoch n whether the run was
        interrupted or not, so a run resumed by `gh.callbacks.backup` ends with the very weights
        of one that never stopped. (Where `steps_per_epoch` counts otherwise than the data, give
        the pipeline `repeat=True`.) Training stops when a number breaks (see
        `guards.StopOnBrokenNumbers`).

        Returns:
            A Keras `History` with the entries in `METRICS`, means over each epoch.

        Raises:
            ValueError: when x does not hold float samples of the generator's shape, or lacks the
                conditions, or has some that the networks do not take; for an array of pictures
                that leaves [-1, 1]; for targets or validation data.
        """
        checks.fit_options(y, **kwargs)
        checks.samples(x, self.generator)
        return super().fit(x, y, *args, **kwargs)

    def train_step(self, batch):
        """One step of the game: the discriminator moves, then the generator."""
        real, condition = batch if self.conditional else (batch, None)
        latent = self.draw_latent(tf.shape(real)[0])
        generator = _given(self.generator, condition)
        discriminator = _given(self.discriminator, condition)
        real = self._augment(real, stream=0)

        # One fake serves both moves: drawn once, judged again when the discriminator has moved.
        with training.watch(self.generator) as generator_tape:
            fake = self._augment(generator(latent, training=True), stream=1)
            logs = self._train_discriminator(discriminator, real, tf.stop_gradient(fake))
            real_logits = discriminator(real, training=True)
            fake_logits = discriminator(fake, training=True)
            generator_loss = self.adversarial_loss.generator(real_logits, fake_logits)
        training.minimize(generator_loss, generator_tape, self.generator, self.generator_optimizer)

        training.average(self.ema_generator, self.generator, self.step_counter, self.ema)
        self.step_counter.assign_add(1)
        return self._track(generator_loss=generator_loss, **logs)

    def test_step(self, batch):
        """Refuse `evaluate`: no loss of a GAN tells its quality."""
        raise ValueError("no loss tells how good a GAN's samples are; use gh.evaluation.score.")

    def _penalty(self, discriminator, real, fake):
        """Return the penalties' share of the discriminator's loss at this step."""

        pack = networks.pack_of(self.discriminator)

        def compute():
            total = self._zero_centered(discriminator, real, fake, pack)
            if self.gradient_penalty:
                pairs = tf.shape(real)[0] // pack
                mix = self._draw(tf.random.stateless_uniform, (pairs,), stream=1)
                penalty = losses.gradient_penalty(discriminator, real, fake, mix, pack)
                total += self.gradient_penalty * penalty
            return total

        if not (self.r1 or self.r2 or self.gradient_penalty):
            return tf.constant(0.0)
        return self._lazily(compute)

    def _augment(self, pictures, stream):
        """Return the pictures as the discriminator sees them; each replica draws for itself."""
        if not self.augment:
            return pictures
        # Latent vectors have seeds from 0 on: the draws here are others.
        seed = tf.stack([tf.constant(-1 - self.seed, tf.int64), self.step_counter.value])
        replica = tf.distribute.get_replica_context().replica_id_in_sync_group
        own = 2 * tf.cast(replica, tf.int64) + stream
        seed = tf.random.experimental.stateless_fold_in(seed, own)
        return augmentation.augment(pictures, self.augment, seed)

    # --- Latent vectors ------------------------------------------------------------------------

    def draw_latent(self, count):
        """Return the latent vectors of the current step, float32 (count, latent_dim), N(0, 1).

        They depend on the seed and the number of the step alone, so that a run can be repeated
        and resumed. Several replicas share one draw, each takes its part of it.
        """
        return self._draw(tf.random.stateless_normal, (count, self.latent_dim), stream=0)

    def _draw(self, distribution, shape, stream):
        replica = tf.distribute.get_replica_context()
        count, *others = shape
        seed = tf.stack([tf.cast(2 * self.seed + stream, tf.int64), self.step_counter.value])
        drawn = distribution((count * replica.num_replicas_in_sync, *others), seed=seed)
        first = replica.replica_id_in_sync_group * count
        return drawn[first : first + count]

    def generate(self, count=None, seed=None, latent=None, condition=None, batch_size=256):
        """Draw pictures with the averaged generator, in inference mode.

        Args:
            count: how many; left out when `latent` is given, or as many conditions.
            seed: of the latent vectors; None draws others at each call.
            latent: float array (count, latent_dim) to draw from instead of a random one.
            condition: where the networks take one: array (count, ...), labels for example, or one
                label for all. Labels left out are 0, 1, 2, ... in turn.
            batch_size: pictures drawn at a time, for memory's sake.

        Returns:
            uint8 (count, H, W, C), 0 to 255; float32 where the samples are not pictures.

        Raises:
            ValueError: for a count below 1, both or none of count and latent, a wrong shape, or a
                condition that is missing, not taken, or out of range.
        """
        if count is None and latent is None and np.ndim(condition):
            count = len(condition)
        batch_size = arguments.whole("batch_size", batch_size)
        latent = self._checked_latent(count, seed, latent)
        condition = checks.condition(condition, len(latent), self.generator)

        def draw(part):
            own = None if condition is None else condition[part]
            drawn = _given(self.ema_generator, own)(latent[part], training=False)
            return tf.cast(drawn, tf.float32).numpy()

        starts = range(0, len(latent), batch_size)
        samples = np.concatenate([draw(slice(start, start + batch_size)) for start in starts])
        if len(self.sample_shape) != 3:
            return samples
        # A generator without tanh at its end goes beyond; NaN and infinity are refused.
        beyond = np.isfinite(samples) & (np.abs(samples) > 1.0)
        return arrays.unscale(np.where(beyond, np.sign(samples), samples))

    def _checked_latent(self, count, seed, latent):
        if (count is None) == (latent is None):
            raise ValueError("give either count or latent, not both and not none.")
        if latent is None:
            if seed is not None:
                arguments.whole("seed", seed, 0)
            count = arguments.whole("count", count)
            latent = np.random.default_rng(seed).standard_normal((count, self.latent_dim))
        latent = np.asarray(latent, dtype=np.float32)
        if latent.ndim != 2 or latent.shape[1] != self.latent_dim or not len(latent):
            raise ValueError(
                f"latent has the shape {latent.shape}; expected (count, {self.latent_dim})."
            )
        if not np.isfinite(latent).all():
            raise ValueError("latent holds NaN or infinity.")
        return latent

    def call(self, inputs, training=False):
        """Return the generator's samples for latent vectors, or [latent vectors, conditions]."""
        return self.generator(inputs, training=training)


def _given(network, condition):
    """Return the network as a function of its first input alone: C(x, y) for this y."""
    if condition is None:
        return network
    return lambda inputs, training: network([inputs, condition], training=training)
