"""Paired translation: a picture in, the picture that belongs to it out."""

import keras
import tensorflow as tf

from gan_helpers import arguments, game, losses, training
from gan_helpers import checks as gan_checks
from gan_helpers.translation import checks, pictures

METRICS = (
    "l1",
    "discriminator_loss",
    "generator_loss",
    "real_accuracy",
    "fake_accuracy",
    "real_logit",
    "fake_logit",
    "penalty",
)


@keras.saving.register_keras_serializable(package="gan_helpers")
class PairedTranslator(game.Game):
    """A generator that learns from pairs (x, y) to turn a source x into its target y.

    Isola et al. 2017, "Image-to-Image Translation with Conditional Adversarial Networks"
    (pix2pix), equations 1, 3 and 4, here with weights on both terms:

        L_adv(G, D) = E_xy [log D(x, y)] + E_x [log(1 - D(x, G(x)))]
        L_L1(G)     = E_xy [|y - G(x)|]
        G*          = arg min_G max_D  adversarial L_adv(G, D) + l1 L_L1(G)

    L_adv may be any loss of `gh.losses`. Where several targets fit one source, L1 is least for
    their median, which is none of them: gray and blurred. D has never seen such a target and says
    so. The noise z of the paper is left out: its authors found that G learns to ignore it.

    A moving average of the generator's weights draws what `translate` returns.

    Args:
        generator: Keras model from sources (N, H, W, C) to targets (N, H, W, C'), in [-1, 1].
        discriminator: Keras model from [sources, targets] to logits, (N, ...): one for each
            picture, or one for each patch.

    Raises:
        ValueError: when the two do not fit together.
    """

    SETTINGS = (
        *("adversarial", "l1", "r1", "r2", "penalty_every", "ema"),
        *("generator_optimizer", "discriminator_optimizer"),
    )

    def __init__(self, generator, discriminator, name="paired_translator", **kwargs):
        super().__init__(name, **kwargs)
        checks.networks(generator, discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = game.average_of(generator)
        self.source_shape = tuple(generator.input_shape[1:])
        self.target_shape = tuple(generator.output_shape[1:])

    def compile(
        self,
        loss="hinge",
        adversarial=1.0,
        l1=100.0,
        r1=0.0,
        r2=0.0,
        penalty_every=1,
        generator_optimizer=None,
        discriminator_optimizer=None,
        ema=0.995,
        **kwargs,
    ):
        """Choose the loss, the weights of its terms, and one optimizer for each network.

        Args:
            loss: a name in `gh.losses.LOSSES`, or an `AdversarialLoss` of your own.
            adversarial: weight of the generator's adversarial loss. With 0 the discriminator
                stands still, and L1 teaches alone.
            l1: weight of the mean absolute difference in [-1, 1] to the target (paper: 100).
            r1, r2: gamma of the zero-centered penalties on reals and on fakes, as in
                `gh.GAN.compile`; of a discriminator of patches they take the mean logit.
            penalty_every: compute the penalties only at every k-th step, times k.
            generator_optimizer, discriminator_optimizer: Keras optimizers; by default each is
                Adam(0.0002, beta_1=0.5), as in the paper.
            ema: decay of the generator's moving average per step, from 0 (none) to below 1.
            **kwargs: what else `keras.Model.compile` takes.

        Raises:
            ValueError: for a frozen network, an unknown loss, a weight or decay out of range, what
                is no Keras optimizer, or one optimizer for both.
        """
        gan_checks.trainable(generator=self.generator, discriminator=self.discriminator)
        self.adversarial_loss = losses.get(loss)
        checks.weights(adversarial=adversarial, l1=l1)
        gan_checks.penalties(r1, r2)
        penalty_every = arguments.whole("penalty_every", penalty_every)
        gan_checks.average(ema)
        gan_checks.optimizers(generator_optimizer, discriminator_optimizer)
        self.adversarial, self.l1 = float(adversarial), float(l1)
        self.r1, self.r2, self.penalty_every, self.ema = r1, r2, penalty_every, float(ema)
        self.generator_optimizer = training.ready(generator_optimizer, self.generator)
        self.discriminator_optimizer = training.ready(discriminator_optimizer, self.discriminator)
        super().compile(optimizer=self.discriminator_optimizer, **kwargs)
        self._report(METRICS if self.adversarial else METRICS[:1])

    # --- Training ------------------------------------------------------------------------------

    def fit(self, x=None, *args, **kwargs):
        """Train; all of `keras.Model.fit`, on a dataset of (sources, targets).

        With a `gh.data.pair_pipeline` a run that is resumed by `gh.callbacks.backup` sees the
        batches that it would have seen. Training stops when a number breaks.

        Returns:
            A Keras `History` with the entries in `METRICS`, means over each epoch; with L1 alone
            "l1" only.

        Raises:
            ValueError: when x does not hold float pairs of the networks' shapes.
        """
        checks.pairs(x, self.source_shape, self.target_shape)
        return super().fit(x, *args, **kwargs)

    def train_step(self, batch):
        """One step: the discriminator moves, then the generator."""
        source, target = batch

        def discriminator(pictures, training):
            return self.discriminator([source, pictures], training=training)

        with training.watch(self.generator) as tape:
            fake = self.generator(source, training=True)
            l1 = tf.reduce_mean(_absolute_difference(fake, target))
            objective, logs = self.l1 * l1, {"l1": l1}
            if self.adversarial:
                logs |= self._train_discriminator(discriminator, target, tf.stop_gradient(fake))
                loss = self.adversarial_loss.generator(
                    discriminator(target, training=True), discriminator(fake, training=True)
                )
                objective += self.adversarial * loss
                logs["generator_loss"] = loss
        training.minimize(objective, tape, self.generator, self.generator_optimizer)

        training.average(self.ema_generator, self.generator, self.step_counter, self.ema)
        self.step_counter.assign_add(1)
        return self._track(**logs)

    def _penalty(self, discriminator, target, fake):
        """Return gamma / 2 E |grad_y mean C(x, y)|^2 on targets (R1) and on fakes (R2)."""

        def judge(pictures, training):
            logits = discriminator(pictures, training=training)
            return tf.reduce_mean(logits, axis=tuple(range(1, len(logits.shape))))

        if not (self.r1 or self.r2):
            return tf.constant(0.0)
        return self._lazily(lambda: self._zero_centered(judge, target, fake))

    # --- Use -----------------------------------------------------------------------------------

    def translate(self, sources, batch_size=64):
        """Translate pictures with the averaged generator, in inference mode.

        Args:
            sources: uint8 (N, H, W, C), 0 to 255.
            batch_size: pictures at a time, for memory's sake.

        Returns:
            uint8 (N, H, W, C').

        Raises:
            ValueError: for pictures of another type or shape.
        """
        return pictures.translated(self.ema_generator, sources, "sources", batch_size)

    def test_step(self, batch):
        """Return the L1 of the averaged generator in inference mode, for `evaluate`."""
        source, target = batch
        tracker = self._trackers[0]
        difference = _absolute_difference(self.ema_generator(source, training=False), target)
        tracker.update_state(tf.reduce_mean(difference, axis=(1, 2, 3)))  # one number a pair
        return {tracker.name: tracker.result()}

    def call(self, sources, training=False):
        """Return the generator's pictures for sources in [-1, 1]."""
        return self.generator(sources, training=training)


def _absolute_difference(fake, target):
    return tf.abs(tf.cast(fake, tf.float32) - tf.cast(target, tf.float32))
