"""The DCGAN of TensorFlow's tutorial "Deep Convolutional Generative Adversarial Network".

Source: tensorflow.org/tutorials/generative/dcgan, after Radford et al. 2016, "Unsupervised
Representation Learning with Deep Convolutional Generative Adversarial Networks". Made for MNIST:
nothing differs but the batches, which are whole.
"""

import keras
import tensorflow as tf

from gan_helpers import losses
from peers import keras_peer

GAME = losses.NON_SATURATING


class Peer(keras_peer.KerasPeer):
    """Batch norm, leaky ReLU and dropout; Adam(1e-4) for both players."""

    batch_size = 256
    latent_dim = 100

    def build(self):
        """5 x 5 convolutions; the slope of Keras' LeakyReLU is 0.3 where none is given."""
        self.generator_optimizer = keras.optimizers.Adam(1e-4)
        self.discriminator_optimizer = keras.optimizers.Adam(1e-4)
        up = {"kernel_size": 5, "padding": "same", "use_bias": False}
        down = {"kernel_size": 5, "padding": "same", "strides": 2}
        layers = keras.layers
        generator = keras.Sequential(
            [
                keras.Input((self.latent_dim,)),
                layers.Dense(7 * 7 * 256, use_bias=False),
                layers.BatchNormalization(),
                layers.LeakyReLU(),
                layers.Reshape((7, 7, 256)),
                layers.Conv2DTranspose(128, **up),
                layers.BatchNormalization(),
                layers.LeakyReLU(),
                layers.Conv2DTranspose(64, strides=2, **up),
                layers.BatchNormalization(),
                layers.LeakyReLU(),
                layers.Conv2DTranspose(1, strides=2, activation="tanh", **up),
            ]
        )
        discriminator = keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(64, **down),
                layers.LeakyReLU(),
                layers.Dropout(0.3),
                layers.Conv2D(128, **down),
                layers.LeakyReLU(),
                layers.Dropout(0.3),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        return generator, discriminator

    def step(self, real, labels):
        """Both players move at once, on the same fakes."""
        latent = tf.random.normal((tf.shape(real)[0], self.latent_dim))
        with tf.GradientTape() as generator_tape, tf.GradientTape() as discriminator_tape:
            fake = self.generator(latent, training=True)
            real_logits = self.discriminator(real, training=True)
            fake_logits = self.discriminator(fake, training=True)
            generator_loss = GAME.generator(real_logits, fake_logits)
            discriminator_loss = GAME.discriminator(real_logits, fake_logits)
        keras_peer.minimize(
            generator_loss, generator_tape, self.generator, self.generator_optimizer
        )
        keras_peer.minimize(
            discriminator_loss, discriminator_tape, self.discriminator, self.discriminator_optimizer
        )
