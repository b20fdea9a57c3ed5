"""The conditional GAN of keras.io, "Conditional GAN" by S. Paul.

Source: keras.io/examples/generative/conditional_gan, after Mirza and Osindero 2014, "Conditional
Generative Adversarial Nets". Made for MNIST. The published code trains on the test pictures too;
here it does not see them. The published code spreads the labels over the pictures with a reshape
that mixes classes and places; here each class has a plane of its own, as its text says. Fakes are
drawn with labels from a uniform distribution.
"""

import keras
import numpy as np
import tensorflow as tf

from gan_helpers import losses
from peers import keras_peer

GAME = losses.NON_SATURATING
CLASSES = 10


class Peer(keras_peer.KerasPeer):
    """Labels as input of both players; no norm; Adam(3e-4) for both."""

    batch_size = 64
    latent_dim = 128
    low = 0.0

    def build(self):
        """The generator sees latent vector and label, the discriminator picture and planes."""
        self.generator_optimizer = keras.optimizers.Adam(3e-4)
        self.discriminator_optimizer = keras.optimizers.Adam(3e-4)
        layers = keras.layers
        width = self.latent_dim + CLASSES
        generator = keras.Sequential(
            [
                keras.Input((width,)),
                layers.Dense(7 * 7 * width),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Reshape((7, 7, width)),
                layers.Conv2DTranspose(128, 4, strides=2, padding="same"),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Conv2DTranspose(128, 4, strides=2, padding="same"),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Conv2D(1, 7, padding="same", activation="sigmoid"),
            ]
        )
        discriminator = keras.Sequential(
            [
                keras.Input((28, 28, 1 + CLASSES)),
                layers.Conv2D(64, 3, strides=2, padding="same"),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Conv2D(128, 3, strides=2, padding="same"),
                layers.LeakyReLU(negative_slope=0.2),
                layers.GlobalMaxPooling2D(),
                layers.Dense(1),
            ]
        )
        return generator, discriminator

    def step(self, real, labels):
        """The discriminator moves, then the generator, on the labels of the real batch."""
        classes = tf.one_hot(labels, CLASSES)
        planes = tf.tile(classes[:, None, None, :], (1, 28, 28, 1))

        fake = self._draw(classes)
        with tf.GradientTape() as tape:
            logits = self._judge(tf.concat([real, fake], 0), tf.concat([planes, planes], 0))
            # Published: one mean over both halves, not the sum of two means.
            loss = GAME.discriminator(*tf.split(logits, 2)) / 2
        keras_peer.minimize(loss, tape, self.discriminator, self.discriminator_optimizer)

        with tf.GradientTape() as tape:
            loss = GAME.generator(None, self._judge(self._draw(classes), planes))
        keras_peer.minimize(loss, tape, self.generator, self.generator_optimizer)

    def _draw(self, classes):
        latent = tf.random.normal((tf.shape(classes)[0], self.latent_dim))
        return self.generator(tf.concat([latent, classes], axis=1), training=True)

    def _judge(self, pictures, planes):
        return self.discriminator(tf.concat([pictures, planes], axis=-1), training=True)

    def latent(self, generator, count):
        """Return latent vectors with uniform labels behind them, (count, 128 + 10)."""
        classes = np.eye(CLASSES, dtype=np.float32)[generator.integers(CLASSES, size=count)]
        return np.concatenate([super().latent(generator, count), classes], axis=1)
