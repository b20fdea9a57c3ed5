"""Networks so small that a step takes milliseconds, and numbers that can be checked by hand."""

import keras
import numpy as np

import gan_helpers as gh

LATENT_DIM = 4


def generator(units=6, dimension=2):
    """Return a generator of points with one hidden layer; tanh is smooth in all derivatives."""
    return keras.Sequential(
        [
            keras.Input((LATENT_DIM,)),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.Dense(dimension),
        ],
        name="generator",
    )


def discriminator(units=6, dimension=2):
    """Return a discriminator of points with one hidden layer."""
    return keras.Sequential(
        [
            keras.Input((dimension,)),
            keras.layers.Dense(units, activation="tanh"),
            keras.layers.Dense(1),
        ],
        name="discriminator",
    )


def gan(**options):
    """Return a compiled GAN of points; each optimizer is plain gradient descent."""
    options.setdefault("generator_optimizer", keras.optimizers.SGD(0.3))
    options.setdefault("discriminator_optimizer", keras.optimizers.SGD(0.1))
    model = gh.GAN(generator(), discriminator())
    model.compile(**options)
    return model


def conditional_gan(classes=3, **options):
    """Return a compiled GAN of points with labels; the generator has a class vector for each."""
    layers = keras.layers

    def label():
        return keras.Input((), dtype="int32")

    latent, wanted = keras.Input((LATENT_DIM,)), label()
    embedded = layers.Embedding(classes, LATENT_DIM, name="embed_label")(wanted)
    hidden = layers.Dense(6, activation="tanh")(layers.Concatenate()([latent, embedded]))
    make = keras.Model([latent, wanted], layers.Dense(2)(hidden))
    point, given = keras.Input((2,)), label()
    features = layers.Dense(6, activation="tanh")(point)
    fit = layers.Dot(axes=1)([features, layers.Embedding(classes, 6, name="embed_label")(given)])
    judge = keras.Model([point, given], layers.Add()([layers.Dense(1)(features), fit]))
    model = gh.GAN(make, judge)
    model.compile(**options)
    return model


def linear_gan(fake=-1.0, **options):
    """Return a GAN that does not learn: D(x) = x1 + x2, and each fake is (fake, fake)."""
    make = keras.Sequential([keras.Input((LATENT_DIM,)), keras.layers.Dense(2)])
    judge = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    make.layers[0].set_weights([np.zeros((LATENT_DIM, 2)), np.full(2, fake)])
    judge.layers[0].set_weights([np.ones((2, 1)), np.zeros(1)])
    model = gh.GAN(make, judge)
    model.compile(
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
        run_eagerly=True,
        **options,
    )
    return model


def points(count=8, seed=0):
    """Return points that the discriminator shall take for real, float32 (count, 2)."""
    return np.random.default_rng(seed).normal(1.0, 0.5, (count, 2)).astype(np.float32)
