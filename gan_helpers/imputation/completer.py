"""A GAN that is trained to fill holes: it sees a picture with a hole and draws what is missing."""

import math

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import arguments, checks, data, recipes, training
from gan_helpers import gan as gans
from gan_helpers.data import arrays, pipelines
from gan_helpers.imputation import masked, networks

# On digits 1 and 4 were equally good. Without the score (0) all answers to a hole were nearly the
# same, and with a plain error in its place too: they differed by 14 gray levels instead of 46.
WEIGHT = 1.0


@keras.saving.register_keras_serializable(package="gan_helpers")
class Completer(gans.GAN):
    """A conditional GAN whose generator also learns from the true picture behind the hole.

    Its condition y is a picture with a hole and its mask (see `conceal`). To what the generator
    minimizes in the game it adds `weight` times the energy score of two answers to each hole.

    Args:
        generator, discriminator: as for `gh.GAN`; conditions are float pictures.

    Raises:
        ValueError: when the networks take no condition.
    """

    SETTINGS = (*gans.GAN.SETTINGS, "weight")

    def __init__(self, generator, discriminator, name="completer", **kwargs):
        super().__init__(generator, discriminator, name=name, **kwargs)
        if not self.conditional:
            raise ValueError("the networks take no condition; a completer needs to see the hole.")

    def compile(self, *args, weight=WEIGHT, **kwargs):
        """Choose all that `gh.GAN.compile` chooses, and the weight of the energy score.

        Args:
            weight: number from 0 on; 0 plays the game alone.
            *args, **kwargs: as in `gh.GAN.compile`.

        Raises:
            ValueError: as `gh.GAN.compile`, or for a weight out of range.
        """
        checks.weights(weight=weight)
        super().compile(*args, **kwargs)
        self.weight = float(weight)

    def train_step(self, batch):
        """One step: the discriminator moves, then the generator, which gives two answers."""
        real, condition = batch
        latent = self.draw_latent(2 * tf.shape(real)[0])

        def discriminator(pictures, training):
            return self.discriminator([pictures, condition], training=training)

        with training.watch(self.generator) as tape:
            twice = tf.concat([condition, condition], axis=0)
            fake, other = tf.split(self.generator([latent, twice], training=True), 2)
            logs = self._train_discriminator(discriminator, real, tf.stop_gradient(fake))
            real_logits = discriminator(real, training=True)
            fake_logits = discriminator(fake, training=True)
            loss = self.adversarial_loss.generator(real_logits, fake_logits)
            total = loss + self.weight * energy_score(real, fake, other)
        training.minimize(total, tape, self.generator, self.generator_optimizer)

        training.average(self.ema_generator, self.generator, self.step_counter, self.ema)
        self.step_counter.assign_add(1)
        return self._track(generator_loss=loss, **logs)


def energy_score(real, first, second):
    """Return how well pairs of answers fit the truth, a float32 scalar, small for good ones:

        E [ (|x - a| + |x - b|) / 2 - |a - b| / 2 ]

    with the length |d| = root of the sum over the picture, divided by the root of its size. The
    first part alone would be least where both answers equal the median of all that could stand in
    the hole: a blur, and always the same. With the second part the score is least exactly when
    the answers are spread as the truth is (a strictly proper score: Gneiting and Raftery 2007,
    "Strictly Proper Scoring Rules, Prediction, and Estimation", equation 22).

    Args:
        real, first, second: float tensors (N, H, W, C), the truth x and two independent answers a
            and b. Known pixels agree in all three and add nothing.
    """
    real, first, second = (tf.cast(pictures, tf.float32) for pictures in (real, first, second))
    to_truth = (_length(real - first) + _length(real - second)) / 2.0
    return tf.reduce_mean(to_truth - _length(first - second) / 2.0)


def _length(differences):
    squares = tf.reduce_mean(tf.square(differences), axis=(1, 2, 3))
    return tf.sqrt(tf.maximum(squares, 1e-12))  # the root has no slope at 0


def conceal(images, known):
    """Return pictures with holes as a network takes them: float32 (N, H, W, C + 1).

    The first C channels are the picture in [-1, 1], with 0, middle gray, in its hole; the last
    one is the mask. Without it a hole could not be told from a gray spot.

    Args:
        images: uint8 (N, H, W, C); what stands in the holes does not matter.
        known: masks (N, H, W, 1), 1 = known, 0 = missing.

    Raises:
        ValueError: for arrays of other types or shapes.
    """
    images, known = masked.check_images_and_masks(images, known)
    return np.concatenate([arrays.scale(images) * known, known], axis=-1, dtype=np.float32)


def pipeline(images, known, batch_size=64, seed=0):
    """Return an endless `tf.data.Dataset` of (pictures, conditions) for a conditional `gh.GAN`.

    Pictures and masks are shuffled apart from each other: with N and M of them, a picture meets
    another hole each time. `dataset.step` is as in `gh.data.pipeline`.

    Args:
        images: uint8 (N, H, W, C), whole pictures.
        known: masks (M, H, W, 1), 1 = known, 0 = missing; any number M, at least a batch.
        batch_size, seed: as for `gh.data.pipeline`.

    Raises:
        ValueError: for arrays of other types or shapes, or a batch size out of range.
    """
    images = arrays.check_images(images)
    known = np.asarray(known)
    known = data.masks.check_masks(known, np.empty((len(known), *images.shape[1:3], 1)))
    pictures = data.pipeline(images, batch_size, seed, repeat=True)
    # A pipeline scales 0 to 255 to [-1, 1]; masks go through it and are scaled back.
    holes = data.pipeline(known * 255, batch_size, seed + 1, repeat=True)

    def concealed(pictures, holes):
        known = (holes + 1.0) / 2.0
        return pictures, tf.concat([pictures * known, known], axis=-1)

    dataset = tf.data.Dataset.zip((pictures, holes)).map(concealed)
    dataset.step = pipelines.Together(pictures.step, holes.step)
    return dataset


def train_completer(images, known, steps=2_400, weight=WEIGHT, seed=0, callbacks=(), verbose=0):
    """Train a conditional GAN that completes pictures; known pixels stay exactly as they are.

    The generator G takes a latent vector z and the condition y, a picture with a hole and its
    mask; the game is played as ever, C(x, y) against C(G(z, y), y). As the picture around the
    hole is the same on both sides, only what stands in the hole can give a fake away. Pathak et
    al. 2016 add the error of one answer, which pulls all answers towards their mean until z is
    ignored; here it is the `energy_score` of two.

    Args:
        images: uint8 (N, H, W, C) with H = W one of `gh.networks.FIRST_SIDE`, C = 1 or 3.
        known: masks (M, H, W, 1) of the kinds of holes to learn, 1 = known, 0 = missing; several
            thousands, so that none becomes familiar.
        steps: training steps of 32 pictures.
        weight: of the energy score, from 0 on.
        seed: of weights, data order and latent vectors.
        callbacks, verbose: as in `fit`.

    Returns:
        A trained `gh.GAN`; `complete` uses it.

    Raises:
        ValueError: for arrays of other types or shapes, or numbers out of range.
    """
    images = arrays.check_images(images)
    steps = arguments.whole("steps", steps)
    seed = arguments.whole("seed", seed, 0, 2**31 - 1)
    size = min(recipes.BATCH_SIZE, len(images), len(known))
    dataset = pipeline(images, known, size, seed)
    keras.utils.set_random_seed(seed)
    shape = images.shape[1:]
    level = float(np.clip(images.mean() / 127.5 - 1.0, -0.9, 0.9))
    model = Completer(networks.generator(shape, level=level), networks.discriminator(shape))
    steps_per_epoch = math.gcd(recipes.STEPS_PER_EPOCH, steps)
    calls = math.gcd(recipes.STEPS_PER_EXECUTION[shape[0]], steps_per_epoch)
    options = recipes.settings(shape[0]) | {"steps_per_execution": calls}
    model.compile(weight=weight, **options, seed=seed)
    model.fit(
        dataset,
        steps_per_epoch=steps_per_epoch,
        epochs=steps // steps_per_epoch,
        callbacks=list(callbacks),
        verbose=verbose,
    )
    return model


def complete(gan, images, known, answers=None, seed=0):
    """Fill holes with a GAN whose condition is a picture with a hole.

    Args:
        gan: what `train_completer` returned, or another `gh.GAN` with such a condition.
        images: uint8 (N, H, W, C); what stands in the holes does not matter.
        known: masks (N, H, W, 1), 1 = known, 0 = missing.
        answers: None returns one answer a picture; a number K returns K, from K latent vectors.
        seed: of the latent vectors.

    Returns:
        uint8 (N, H, W, C), or (N, K, H, W, C) with `answers`; the known pixels bit for bit.

    Raises:
        ValueError: for another kind of GAN, arrays that do not fit, or numbers out of range.
    """
    images, known = masked.check_images_and_masks(images, known)
    if not isinstance(gan, gans.GAN) or not gan.conditional:
        raise ValueError("gan takes no condition; give one that `train_completer` has trained.")
    each = 1 if answers is None else arguments.whole("answers", answers)
    condition = np.repeat(conceal(images, known), each, axis=0)
    drawn = gan.generate(condition=condition, seed=seed)
    images, known = np.repeat(images, each, axis=0), np.repeat(known, each, axis=0)
    completed = masked.merge(images, drawn, known)  # the network keeps them too; here bit for bit
    return completed if answers is None else completed.reshape(-1, each, *images.shape[1:])
