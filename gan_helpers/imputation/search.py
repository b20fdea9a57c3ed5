"""Filling holes by search in the latent space of a GAN that has never seen a hole."""

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import arguments, checks
from gan_helpers import gan as gans
from gan_helpers.data import arrays
from gan_helpers.imputation import masked

RATE = 0.1  # Adam's step length; latent numbers have a size of about 1


def complete_by_search(
    gan, images, known, starts=8, steps=60, prior=0.3, keep=None, seed=0, batch_size=1024
):
    """Fill holes with drawings of a trained GAN that fit the known pixels.

    Yeh et al. 2017, "Semantic Image Inpainting with Deep Generative Models": look for the latent
    vector whose drawing agrees with the picture where it is known, but is still a likely one, and
    take from that drawing what is missing. Minimized by Adam, over z alone:

        1 / sum of m * sum of m (G(z) - x)^2  +  prior * |z|^2 / latent_dim

    The second part is the logarithm of the normal distribution that z comes from (as in Bora et
    al. 2017, "Compressed Sensing using Generative Models"); the paper asks the discriminator
    instead, whose logits have no common zero point under all losses. The paper also smooths the
    seam (Poisson blending); here the known pixels are pasted in as they are.

    The search goes downhill from several random starts and may end in several places. Each is an
    answer: a drawing that fits.

    Args:
        gan: a trained `gh.GAN` of pictures, without conditions.
        images: uint8 (N, H, W, C); what stands in the holes has no part in the result.
        known: masks (N, H, W, 1), 1 = known, 0 = missing.
        starts: random starts a picture.
        steps: of Adam.
        prior: weight of the second part, from 0 on. The first part is in the units of [-1, 1].
            On digits 0.3 was better than 0.03 and 0 (100 pictures, one GAN, three kinds of holes).
        keep: None returns the best answer; a number K returns the K best, best first.
        seed: of the starts.
        batch_size: drawings at a time, for memory's sake.

    Returns:
        uint8 (N, H, W, C), or (N, K, H, W, C) with `keep`; the known pixels bit for bit.

    Raises:
        ValueError: for a GAN of other samples, arrays that do not fit, or numbers out of range.
    """
    images, known = masked.check_images_and_masks(images, known)
    _check(gan, images)
    starts, steps = arguments.whole("starts", starts), arguments.whole("steps", steps)
    batch_size = arguments.whole("batch_size", batch_size)
    checks.weights(prior=prior)
    if keep is not None and not arguments.is_whole(keep, 1, starts):
        raise ValueError(f"keep is {keep!r}; it must be from 1 to the number of starts, {starts}.")
    seed = arguments.whole("seed", seed, 0)

    latent = np.random.default_rng(seed).standard_normal((len(images) * starts, gan.latent_dim))
    pictures = np.repeat(arrays.scale(images), starts, axis=0)
    masks = np.repeat(known, starts, axis=0).astype(np.float32)
    # What stands in the hole must not matter, not even as 0 times infinity.
    pictures = np.where(masks == 1, pictures, np.float32(0))
    drawn, errors = zip(
        *[
            _search(gan.ema_generator, *part, steps, prior)
            for part in _parts(batch_size, latent.astype(np.float32), pictures, masks)
        ],
        strict=True,
    )
    return _best(images, known, np.concatenate(drawn), np.concatenate(errors), starts, keep)


def _search(generator, latent, pictures, masks, steps, prior):
    """Walk downhill from each latent vector; return (drawings in [-1, 1], their errors)."""
    latent = tf.Variable(latent)
    optimizer = keras.optimizers.Adam(RATE)
    optimizer.build([latent])
    pictures, masks = tf.constant(pictures), tf.constant(masks)

    def error():
        drawn = generator(latent, training=False)
        return masked_objective(drawn, latent, pictures, masks, prior), drawn

    @tf.function
    def walk():
        for _ in tf.range(steps):
            with tf.GradientTape() as tape:
                # The error of a picture depends on its own latent vector alone, so the slope of
                # the sum holds the slope of each.
                total = tf.reduce_sum(error()[0])
            optimizer.apply_gradients([(tape.gradient(total, latent), latent)])
        return error()

    errors, drawn = walk()
    return drawn.numpy(), errors.numpy()


def masked_objective(drawn, latent, pictures, masks, prior):
    """Return what the search minimizes, for each picture, float32 (N,).

    Args:
        drawn, pictures: float tensors (N, H, W, C) in [-1, 1].
        latent: float tensor (N, latent_dim).
        masks: float tensor (N, H, W, 1), 1 = known, 0 = missing.
        prior: weight of the mean square of the latent numbers.
    """
    fit = masked.masked_error(drawn, pictures, masks)
    return fit + prior * tf.reduce_mean(tf.square(latent), axis=1)


def _best(images, known, drawn, errors, starts, keep):
    """Return the answers with the least errors, known pixels merged in."""
    drawn = arrays.unscale(drawn).reshape(len(images), starts, *images.shape[1:])
    order = np.argsort(errors.reshape(len(images), starts), axis=1, kind="stable")
    picked = np.take_along_axis(drawn, order[:, : keep or 1, None, None, None], axis=1)
    answers = [masked.merge(images, picked[:, k], known) for k in range(picked.shape[1])]
    return answers[0] if keep is None else np.stack(answers, axis=1)


def _parts(size, *rows):
    """Yield the arrays in parts of at most `size` rows."""
    for start in range(0, len(rows[0]), size):
        yield [array[start : start + size] for array in rows]


def _check(gan, images):
    if not isinstance(gan, gans.GAN):
        raise ValueError(f"gan is a {type(gan).__name__}; expected a trained gh.GAN.")
    if len(gan.ema_generator.inputs) != 1:
        raise ValueError("the GAN takes a condition beside z; the search needs one without.")
    if gan.sample_shape != images.shape[1:]:
        raise ValueError(
            f"the GAN draws {gan.sample_shape} and images are {images.shape[1:]}; give pictures "
            "of the kind that it was trained on."
        )
