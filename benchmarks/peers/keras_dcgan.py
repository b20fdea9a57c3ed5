"""The DCGAN of keras.io, "DCGAN to generate face images" by F. Chollet.

Source: keras.io/examples/generative/dcgan_overriding_train_step. Made for faces of 64 x 64; for
28 x 28 the generator starts at 7 x 7 instead of 8 x 8 and both players lose their last resampling
(512 filters in the generator, 128 in the discriminator). The published noise on the targets lifts
those of the fakes above 1, where cross entropy has no least value; here it pulls them towards the
middle, as label noise is meant to. As published, 1 stands for fakes and 0 for reals.
"""

import keras
import tensorflow as tf

from peers import keras_peer


class Peer(keras_peer.KerasPeer):
    """No norm; noisy targets; Adam(1e-4) for both players."""

    batch_size = 32
    latent_dim = 128
    low = 0.0

    def build(self):
        """4 x 4 convolutions, resampling by their strides."""
        self.generator_optimizer = keras.optimizers.Adam(1e-4)
        self.discriminator_optimizer = keras.optimizers.Adam(1e-4)
        self.cross_entropy = keras.losses.BinaryCrossentropy()
        resample = {"kernel_size": 4, "strides": 2, "padding": "same"}
        layers = keras.layers
        generator = keras.Sequential(
            [
                keras.Input((self.latent_dim,)),
                layers.Dense(7 * 7 * 128),
                layers.Reshape((7, 7, 128)),
                layers.Conv2DTranspose(128, **resample),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Conv2DTranspose(256, **resample),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Conv2D(1, kernel_size=5, padding="same", activation="sigmoid"),
            ]
        )
        discriminator = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(64, **resample),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Conv2D(128, **resample),
                layers.LeakyReLU(negative_slope=0.2),
                layers.Flatten(),
                layers.Dropout(0.2),
                layers.Dense(1, activation="sigmoid"),
            ]
        )
        return generator, discriminator

    def step(self, real, labels):
        """The discriminator moves on fakes and reals in one batch, then the generator."""
        count = tf.shape(real)[0]
        fake = self.generator(tf.random.normal((count, self.latent_dim)), training=True)
        noise = 0.05 * tf.random.uniform((2 * count, 1))
        is_fake = tf.concat([tf.ones((count, 1)), tf.zeros((count, 1))], axis=0)
        targets = is_fake * (1.0 - noise) + (1.0 - is_fake) * noise
        with tf.GradientTape() as tape:
            found = self.discriminator(tf.concat([fake, real], axis=0), training=True)
            loss = self.cross_entropy(targets, found)
        keras_peer.minimize(loss, tape, self.discriminator, self.discriminator_optimizer)

        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((count, self.latent_dim)), training=True)
            found = self.discriminator(fake, training=True)
            loss = self.cross_entropy(tf.zeros((count, 1)), found)
        keras_peer.minimize(loss, tape, self.generator, self.generator_optimizer)
