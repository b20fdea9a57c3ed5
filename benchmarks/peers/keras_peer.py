"""What the Keras peers share: data, a step as one graph, and drawing."""

import keras
import numpy as np
import tensorflow as tf


class KerasPeer:
    """Base of a peer whose step is a `tf.function`, in float32.

    A peer gives `batch_size`, `latent_dim`, `low`, the functions `build` and `step`.

    Attributes:
        low: the value of black, -1 for a generator that ends in tanh, 0 for a sigmoid.
    """

    batch_size = 64
    latent_dim = 128
    low = -1.0

    def __init__(self, images, labels, seed):
        keras.utils.set_random_seed(seed)
        self.seed = seed
        self.generator, self.discriminator = self.build()
        self._batches = iter(self._dataset(images, labels, seed))
        self._step = tf.function(self.step)

    def build(self):
        """Make the optimizers; return the generator and the discriminator."""
        raise NotImplementedError

    def step(self, real, labels):
        """Take one training step on pictures (N, 28, 28, 1) from `low` to 1, and labels (N,)."""
        raise NotImplementedError

    def _dataset(self, images, labels, seed):
        def scale(pictures, numbers):
            share = tf.cast(pictures, tf.float32) / 255.0
            return self.low + (1.0 - self.low) * share, numbers

        dataset = tf.data.Dataset.from_tensor_slices((images, labels.astype(np.int32)))
        dataset = dataset.shuffle(len(images), seed=seed).repeat()
        batch_size = min(self.batch_size, len(images))
        return dataset.batch(batch_size, drop_remainder=True).map(scale).prefetch(2)

    def train(self, steps):
        """Go on for that many steps."""
        for _ in range(steps):
            self._step(*next(self._batches))

    def latent(self, generator, count):
        """Return what the generator draws from, float32 (count, ...), by a NumPy generator."""
        return generator.standard_normal((count, self.latent_dim), np.float32)

    def generate(self, count, seed):
        """Draw uint8 (count, 28, 28, 1) in inference mode."""
        latent = self.latent(np.random.default_rng(seed), count)
        parts = [
            self.generator(latent[start : start + 250], training=False).numpy()
            for start in range(0, count, 250)
        ]
        share = (np.concatenate(parts) - self.low) / (1.0 - self.low)
        return np.clip(np.rint(share * 255.0), 0, 255).astype(np.uint8)


def minimize(loss, tape, network, optimizer):
    """Take one step of the optimizer down the loss, for this network's weights alone."""
    weights = network.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
