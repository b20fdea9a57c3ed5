"""A history of fakes, from which the discriminator is shown some."""

import keras
import tensorflow as tf

from gan_helpers import arguments


@keras.saving.register_keras_serializable(package="gan_helpers")
class ImagePool(keras.layers.Layer):
    """Keeps earlier fakes and hands some of them out in place of the newest.

    Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through Adversarial
    Training", section 2.3: a discriminator that sees the newest fakes only forgets what it has
    learned about earlier ones, and the generator may return to them. Zhu et al. 2017 (CycleGAN)
    keep 50. The rule, for each new fake:

    - while the pool is not full, the fake is stored and handed out;
    - later it is handed out itself with probability 1/2; else a stored one is handed out, and the
      new one takes its place.

    Within one batch no stored fake is handed out twice. The pictures and their number are Keras
    weights, so that they are saved, backed up and restored with the model; what is drawn depends
    on the `seed` of a call alone, so a resumed run hands out the very same pictures.

    Args:
        size: pictures kept, from 0 on; a pool of 0 hands out what comes in.
        image_shape: (H, W, C) of a picture.

    Attributes:
        pictures: float32 (size, H, W, C), zeros where nothing is stored yet.
        stored: how many are stored, int64.

    Raises:
        ValueError: for a size below 0.
    """

    def __init__(self, size, image_shape, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.size = arguments.whole("the pool's size", size, 0)
        self.image_shape = tuple(image_shape)
        options = {"initializer": "zeros", "trainable": False}
        shape = (self.size, *self.image_shape)
        self.pictures = self.add_weight(shape=shape, dtype="float32", name="pictures", **options)
        self.stored = self.add_weight(shape=(), dtype="int64", name="stored", **options)
        self.built = True

    def exchange(self, fakes, seed):
        """Take new fakes in and return what the discriminator is shown.

        Args:
            fakes: float tensor (N, H, W, C); of more than `size`, the others are handed out as
                they are.
            seed: int tensor of two numbers, as TensorFlow's stateless generators take it.

        Returns:
            A tensor of the fakes' shape and type, without gradient.
        """
        fakes = tf.stop_gradient(fakes)
        if not self.size:
            return fakes
        new, others = tf.cast(fakes[: self.size], tf.float32), fakes[self.size :]
        count = tf.shape(new)[0]
        stored = tf.cast(self.stored, tf.int32)
        position = tf.range(count)
        is_full = stored >= self.size

        # One slot for each new fake, all of them different: the next empty ones, or any. (There is
        # an operation that shuffles, but XLA, which compiles for GPUs, does not know it.)
        drawn = tf.random.stateless_uniform((self.size + count,), seed)
        shuffled = tf.argsort(drawn[: self.size])
        slot = tf.where(is_full, shuffled[:count], (stored + position) % self.size)
        old = tf.gather(self.pictures, slot)
        swapped = is_full & (drawn[self.size :] < 0.5)
        kept = swapped | (stored + position < self.size)

        written = tf.where(_each(kept), new, old)
        pictures = tf.convert_to_tensor(self.pictures)
        self.pictures.assign(tf.tensor_scatter_nd_update(pictures, slot[:, tf.newaxis], written))
        self.stored.assign(tf.cast(tf.minimum(stored + count, self.size), tf.int64))
        shown = tf.where(_each(swapped), old, new)
        return tf.concat([tf.cast(shown, fakes.dtype), others], axis=0)

    def get_config(self):
        """Return the arguments, for saving."""
        return super().get_config() | {"size": self.size, "image_shape": list(self.image_shape)}


def _each(truths):
    """Return one truth a picture in a shape that goes with pictures, (N, 1, 1, 1)."""
    return truths[:, tf.newaxis, tf.newaxis, tf.newaxis]
