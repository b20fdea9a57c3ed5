"""The WGAN-GP of keras.io, "WGAN-GP overriding Model.train_step" by A. K. Nain.

Source: keras.io/examples/generative/wgan_gp, after Gulrajani et al. 2017, "Improved Training of
Wasserstein GANs". Made for Fashion-MNIST; one step is three steps of the critic on one batch, as
published, and one of the generator. The published code draws the points between reals and fakes
with a normal share, which leaves the lines between them; here it is uniform, as in the paper.
"""

import keras
import tensorflow as tf

from gan_helpers import losses
from peers import keras_peer

GAME = losses.WASSERSTEIN
CRITIC_STEPS = 3
PENALTY = 10.0


class Peer(keras_peer.KerasPeer):
    """A critic four layers deep on pictures padded to 32 x 32; Adam(2e-4, 0.5, 0.9) for both."""

    batch_size = 512
    latent_dim = 128

    def build(self):
        """5 x 5 in the critic, nearest neighbors and 3 x 3 in the generator."""
        self.generator_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9)
        self.critic_optimizer = keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9)
        return _generator(self.latent_dim), _critic()

    def step(self, real, labels):
        """Three steps of the critic, one of the generator."""
        shape = (tf.shape(real)[0], self.latent_dim)
        for _ in range(CRITIC_STEPS):
            fake = self.generator(tf.random.normal(shape), training=True)
            mix = tf.random.uniform(shape[:1])
            with tf.GradientTape() as tape:
                fake_logits = self.discriminator(fake, training=True)
                real_logits = self.discriminator(real, training=True)
                penalty = losses.gradient_penalty(self.discriminator, real, fake, mix)
                loss = GAME.discriminator(real_logits, fake_logits) + PENALTY * penalty
            keras_peer.minimize(loss, tape, self.discriminator, self.critic_optimizer)

        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal(shape), training=True)
            loss = GAME.generator(None, self.discriminator(fake, training=True))
        keras_peer.minimize(loss, tape, self.generator, self.generator_optimizer)


def _generator(latent_dim):
    layers = keras.layers
    network = keras.Sequential(
        [
            keras.Input((latent_dim,)),
            layers.Dense(4 * 4 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Reshape((4, 4, 256)),
        ]
    )
    for filters in (128, 64, 1):
        network.add(layers.UpSampling2D())
        network.add(layers.Conv2D(filters, 3, padding="same", use_bias=False))
        network.add(layers.BatchNormalization())
        last = filters == 1
        network.add(layers.Activation("tanh") if last else layers.LeakyReLU(negative_slope=0.2))
    network.add(layers.Cropping2D(2))
    return network


def _critic():
    layers = keras.layers
    network = keras.Sequential([keras.Input((28, 28, 1)), layers.ZeroPadding2D(2)])
    for filters, dropout in ((64, 0.0), (128, 0.3), (256, 0.3), (512, 0.0)):
        network.add(layers.Conv2D(filters, 5, strides=2, padding="same"))
        network.add(layers.LeakyReLU(negative_slope=0.2))
        if dropout:
            network.add(layers.Dropout(dropout))
    network.add(layers.Flatten())
    network.add(layers.Dropout(0.2))
    network.add(layers.Dense(1))
    return network
