"""Lesson 02's checks accept right answers and teach from wrong ones."""

import answers
import keras
import numpy as np

from gan_helpers.exercises import lesson_02


def build(latent_dim, *, first=64, last="tanh", channels=3, side=4, transposed=None, bias=False):
    """Return a small generator of 32 x 32 pictures, right or with one fault."""
    latent = keras.Input((latent_dim,))
    x = keras.layers.Dense(side * side * first)(latent)
    x = keras.layers.Reshape((side, side, first))(x)
    for filters in (32, 16, 8):
        if transposed:
            x = keras.layers.Conv2DTranspose(filters, transposed, 2, padding="same")(x)
        else:
            x = keras.layers.UpSampling2D()(x)
            x = keras.layers.Conv2D(filters, 3, padding="same")(x)
        if bias:
            x = keras.layers.BatchNormalization()(x)
        x = keras.layers.LeakyReLU(0.2)(x)
    return keras.Model(latent, keras.layers.Conv2D(channels, 3, padding="same", activation=last)(x))


def unconnected(latent_dim):
    latent = keras.Input((latent_dim,))
    x = keras.layers.Reshape((32, 32, 3))(keras.layers.Dense(32 * 32 * 3)(latent * 0.0))
    return keras.Model(latent, keras.layers.Activation("tanh")(x))


RIGHT = {
    "double": (lesson_02.check_double, lambda x: x.repeat(2, axis=0).repeat(2, axis=1)),
    "double by kron": (lesson_02.check_double, lambda x: np.kron(x, np.ones((2, 2, 1)))),
    "parameters": (
        lesson_02.check_convolution_parameters,
        lambda kernel, channels, filters, bias: filters * (kernel**2 * channels + bias),
    ),
    "generator": (lesson_02.check_generator, build),
    "generator with 4 x 4 stamps": (
        lesson_02.check_generator,
        lambda latent_dim: build(latent_dim, transposed=4),
    ),
}
STUBS = {
    "double": (lesson_02.check_double, lambda features: ...),
    "parameters": (lesson_02.check_convolution_parameters, lambda *sizes: ...),
    "generator": (lesson_02.check_generator, lambda latent_dim: ...),
}
WRONG = {
    "tiles": (lesson_02.check_double, lambda x: np.tile(x, (2, 2, 1)), "side by side"),
    "rows only": (lesson_02.check_double, lambda x: x.repeat(2, axis=0), "height and width double"),
    "channels too": (
        lesson_02.check_double,
        lambda x: x.repeat(2, axis=0).repeat(2, axis=1).repeat(2, axis=2),
        "channels stay",
    ),
    "zeros between": (
        lesson_02.check_double,
        lambda x: np.kron(x, np.array([[1.0, 0.0], [0.0, 0.0]])[..., np.newaxis]),
        "off by",
    ),
    "no bias": (
        lesson_02.check_convolution_parameters,
        lambda k, c, f, b: k * k * c * f,
        "adds one bias",
    ),
    "always bias": (
        lesson_02.check_convolution_parameters,
        lambda k, c, f, b: k * k * c * f + f,
        "none without bias",
    ),
    "not square": (
        lesson_02.check_convolution_parameters,
        lambda k, c, f, b: k * c * f + b * f,
        "is a square",
    ),
    "one channel": (
        lesson_02.check_convolution_parameters,
        lambda k, c, f, b: k * k * f + b * f,
        "every channel",
    ),
    "28 pixels": (lesson_02.check_generator, lambda n: build(n, side=3), "(None, 32, 32, 3)"),
    "gray": (lesson_02.check_generator, lambda n: build(n, channels=1), "(None, 32, 32, 3)"),
    "no tanh": (lesson_02.check_generator, lambda n: build(n, last=None), "tanh"),
    "sigmoid": (lesson_02.check_generator, lambda n: build(n, last="sigmoid"), "below 0"),
    "uneven": (lesson_02.check_generator, lambda n: build(n, transposed=5), "unevenly"),
    "bias before norm": (lesson_02.check_generator, lambda n: build(n, bias=True), "no gradient"),
    "latent ignored": (lesson_02.check_generator, unconnected, "same picture"),
    "too large": (lesson_02.check_generator, lambda n: build(n, first=1500), "parameters"),
    "fixed latent": (lesson_02.check_generator, lambda n: build(64), "expected (None, 16)"),
    "not a model": (lesson_02.check_generator, lambda n: "generator", "keras.Model"),
}

test_right_answers_pass = answers.praised(RIGHT)
test_stubs_are_not_attempted = answers.untouched(STUBS)
test_wrong_answers_are_told_why = answers.explained(WRONG)
