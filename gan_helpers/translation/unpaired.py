"""Translation without pairs: two translators, each of which undoes the other."""

import keras
import tensorflow as tf

from gan_helpers import arguments, checks, game, losses, training
from gan_helpers.translation import pictures, pool, unpaired_checks

DIRECTIONS = ("a_to_b", "b_to_a")
METRICS = (
    "discriminator_loss",
    "generator_loss",
    "cycle",
    "identity",
    "real_accuracy",
    "fake_accuracy",
)


@keras.saving.register_keras_serializable(package="gan_helpers")
class UnpairedTranslator(game.Game):
    """Learns to turn pictures of domain A into domain B, and back, from unpaired examples.

    Zhu et al. 2017, "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial
    Networks" (CycleGAN). Two generators G: A -> B and F: B -> A, two discriminators D_A and D_B
    that tell real pictures of their domain from translated ones. The generators minimize
    (equations 1 to 3, and section 5.2 for the identity; mean absolute differences)

        adversarial(D_B, G(a)) + adversarial(D_A, F(b))
        + cycle * (|F(G(a)) - a| + |G(F(b)) - b|)
        + identity * (|G(b) - b| + |F(a) - a|)

    and each discriminator its adversarial loss on real pictures and on fakes out of an
    `ImagePool`. Moving averages of both generators (Yazici et al. 2019) draw what `translate`
    returns.

    Args:
        a_to_b, b_to_a: Keras models from pictures (N, H, W, C) to pictures, in [-1, 1].
        discriminator_a, discriminator_b: Keras models from such pictures to logits, (N, 1) or one
            for each place of the picture, (N, h, w, 1).
        pool_size: fakes of each domain that are kept for the discriminators; 0 shows the newest.

    Raises:
        ValueError: when the networks do not fit together.
    """

    NETWORKS = ("a_to_b", "b_to_a", "discriminator_a", "discriminator_b")
    SETTINGS = (
        *("cycle", "identity", "ema", "seed"),
        *("generator_optimizer", "discriminator_optimizer"),
    )

    def __init__(
        self,
        a_to_b,
        b_to_a,
        discriminator_a,
        discriminator_b,
        pool_size=50,
        name="unpaired_translator",
        **kwargs,
    ):
        super().__init__(name, **kwargs)
        unpaired_checks.networks(a_to_b, b_to_a, discriminator_a, discriminator_b)
        self.a_to_b, self.b_to_a = a_to_b, b_to_a
        self.discriminator_a, self.discriminator_b = discriminator_a, discriminator_b
        self.ema_a_to_b, self.ema_b_to_a = game.average_of(a_to_b), game.average_of(b_to_a)
        self.shape_a, self.shape_b = a_to_b.input_shape[1:], b_to_a.input_shape[1:]
        self.pool_a = pool.ImagePool(pool_size, self.shape_a, name="pool_a")
        self.pool_b = pool.ImagePool(pool_size, self.shape_b, name="pool_b")

    def compile(
        self,
        loss="least_squares",
        cycle=5.0,
        identity=2.5,
        generator_optimizer=None,
        discriminator_optimizer=None,
        ema=0.99,
        seed=0,
        **kwargs,
    ):
        """Choose the loss, the weights of its parts, and one optimizer for each side.

        Args:
            loss: a name in `gh.losses.LOSSES`, or an `AdversarialLoss`. The paper takes
                "least_squares".
            cycle: weight of the cycle-consistency, the paper's lambda. Its 10 stands beside
                (D - 1)^2; beside our "least_squares", (D - 1)^2 / 2, the same balance is 5.
            identity: weight of the identity, in the paper 0 or half of lambda. Above 0 both
                domains need pictures of one shape.
            generator_optimizer: Keras optimizer of both generators together.
            discriminator_optimizer: of both discriminators together. By default each is
                Adam(0.0002, beta_1=0.5), as in the paper.
            ema: decay of the generators' moving averages per step, from 0 (none) to below 1.
            seed: of the pools' draws; with the number of the step it determines each of them.
            **kwargs: what else `keras.Model.compile` takes.

        Raises:
            ValueError: for a frozen network, an unknown loss, a weight or decay out of range, what
                is no Keras optimizer, one optimizer for both, or several replicas: a pool belongs
                to one.
        """
        unpaired_checks.one_replica()
        checks.trainable(**{name: getattr(self, name) for name in self.NETWORKS})
        self.adversarial_loss = losses.get(loss)
        unpaired_checks.weights(cycle, identity, self.shape_a, self.shape_b)
        checks.average(ema)
        seed = arguments.whole("seed", seed, 0, 2**31 - 1)
        checks.optimizers(generator_optimizer, discriminator_optimizer)
        self.cycle, self.identity = float(cycle), float(identity)
        self.ema, self.seed = float(ema), seed
        self._generators = _Together(self.a_to_b, self.b_to_a)
        self._discriminators = _Together(self.discriminator_a, self.discriminator_b)
        self.generator_optimizer = training.ready(generator_optimizer, self._generators)
        self.discriminator_optimizer = training.ready(discriminator_optimizer, self._discriminators)
        super().compile(optimizer=self.discriminator_optimizer, **kwargs)
        self._report(METRICS)

    # --- Training ------------------------------------------------------------------------------

    def fit(self, x=None, *args, **kwargs):
        """Train; all of `keras.Model.fit`, on a dataset of batches (a, b) without pairs.

        `gh.data.unpaired_pipeline` makes one whose order can be resumed. Training stops when a
        number breaks (see `guards.StopOnBrokenNumbers`).

        Returns:
            A Keras `History` with the entries in `METRICS`, means over each epoch and over both
            directions.

        Raises:
            ValueError: when x is no dataset of (a, b) in the shapes of the two domains.
        """
        unpaired_checks.batches(x, self.shape_a, self.shape_b)
        return super().fit(x, *args, **kwargs)

    def train_step(self, batch):
        """One step: both generators move together, then both discriminators."""
        real_a, real_b = batch
        with training.watch(self._generators) as tape:
            fake_b, same_b = self._translate(self.a_to_b, real_a, real_b)
            fake_a, same_a = self._translate(self.b_to_a, real_b, real_a)
            back_a = self.b_to_a(fake_b, training=True)
            back_b = self.a_to_b(fake_a, training=True)
            adversarial = _both(
                self._fool(self.discriminator_a, real_a, fake_a),
                self._fool(self.discriminator_b, real_b, fake_b),
            )
            cycle = _both(distance(back_a, real_a), distance(back_b, real_b))
            identity = _both(distance(same_a, real_a), distance(same_b, real_b))
            total = 2.0 * (adversarial + self.cycle * cycle + self.identity * identity)
        training.minimize(total, tape, self._generators, self.generator_optimizer)

        logs = self._train_discriminators(real_a, real_b, *self._shown(fake_a, fake_b))
        training.average(self.ema_a_to_b, self.a_to_b, self.step_counter, self.ema)
        training.average(self.ema_b_to_a, self.b_to_a, self.step_counter, self.ema)
        self.step_counter.assign_add(1)
        return self._track(generator_loss=adversarial, cycle=cycle, identity=identity, **logs)

    def _translate(self, generator, source, target):
        """Return the translated source and, for the identity, the "translated" target."""
        if not self.identity:
            return generator(source, training=True), target
        # One pass for both: a processor is at its best with many pictures.
        both = generator(tf.concat([source, target], axis=0), training=True)
        count = tf.shape(source)[0]
        return both[:count], both[count:]

    def _fool(self, discriminator, real, fake):
        return self.adversarial_loss.generator(
            discriminator(real, training=True), discriminator(fake, training=True)
        )

    def _shown(self, fake_a, fake_b):
        """Return the fakes that the discriminators see: new ones and some from the pools."""
        seeds = [
            tf.stack([tf.constant(2 * self.seed + side, tf.int64), self.step_counter.value])
            for side in (0, 1)
        ]
        return self.pool_a.exchange(fake_a, seeds[0]), self.pool_b.exchange(fake_b, seeds[1])

    def _train_discriminators(self, real_a, real_b, fake_a, fake_b):
        with training.watch(self._discriminators) as tape:
            loss_a, accuracy_a = self._judge(self.discriminator_a, real_a, fake_a)
            loss_b, accuracy_b = self._judge(self.discriminator_b, real_b, fake_b)
            total = loss_a + loss_b
        training.minimize(total, tape, self._discriminators, self.discriminator_optimizer)
        return {
            "discriminator_loss": _both(loss_a, loss_b),
            "real_accuracy": _both(accuracy_a[0], accuracy_b[0]),
            "fake_accuracy": _both(accuracy_a[1], accuracy_b[1]),
        }

    def _judge(self, discriminator, real, fake):
        real_logits = discriminator(real, training=True)
        fake_logits = discriminator(fake, training=True)
        loss = self.adversarial_loss.discriminator(real_logits, fake_logits)
        return loss, training.accuracy(real_logits, fake_logits, self.adversarial_loss.threshold)

    # --- Use -----------------------------------------------------------------------------------

    def translate(self, images, direction="a_to_b", batch_size=64):
        """Return pictures in the other domain, by the averaged generator, in inference mode.

        Args:
            images: uint8 (N, H, W, C), pictures of the domain that the direction starts from.
            direction: "a_to_b" or "b_to_a".
            batch_size: pictures translated at a time, for memory's sake.

        Returns:
            uint8 (N, H, W, C), 0 to 255; what left the range is clipped.

        Raises:
            ValueError: for an unknown direction, or pictures of another type or shape.
        """
        if direction not in DIRECTIONS:
            raise ValueError(f"direction is {direction!r}; allowed are {', '.join(DIRECTIONS)}.")
        generator = {"a_to_b": self.ema_a_to_b, "b_to_a": self.ema_b_to_a}[direction]
        return pictures.translated(generator, images, "images", batch_size)

    def call(self, images, training=False):
        """Return pictures of domain A, translated by the current generator."""
        return self.a_to_b(images, training=training)

    def get_config(self):
        return super().get_config() | {"pool_size": self.pool_a.size}


def distance(found, wanted):
    """Return the mean absolute difference |found - wanted| of two batches, a float32 scalar."""
    return tf.reduce_mean(tf.abs(tf.cast(found, tf.float32) - tf.cast(wanted, tf.float32)))


class _Together:
    """Two networks that one optimizer moves."""

    def __init__(self, one, other):
        self.trainable_variables = [*one.trainable_variables, *other.trainable_variables]
        self.layers = [*one.layers, *other.layers]


def _both(one, other):
    return (one + other) / 2.0
