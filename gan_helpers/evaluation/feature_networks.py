"""The small networks behind the feature nets, trained with batch norm and kept without it."""

import keras
import numpy as np

DIMENSIONS = 64  # features a picture


def network(image_shape, convolutions, classes=None, normalize=False, initializer="zeros"):
    """Return a small convolutional Keras model with the outputs features and, if asked, logits.

    Each convolution is followed by a rectifier; a dense layer with a rectifier gives the 64
    features. All of it computes in float32, whatever the global precision.

    Args:
        image_shape: (H, W, C) of pictures, float32 in [-1, 1].
        convolutions: a list of (filters, kernel size, stride, "same" or "valid").
        classes: how many logits follow the features; None for a net without classes.
        normalize: with batch norm before each rectifier, for training (see `fold`).
        initializer: of the kernels. With zeros, for weights that are set afterwards, the caller's
            random numbers stay untouched.
    """
    options = {"kernel_initializer": initializer, "dtype": "float32"}
    image = keras.Input(image_shape, dtype="float32", name="image")
    x = image
    for number, (filters, size, stride, padding) in enumerate(convolutions):
        layer = keras.layers.Conv2D(
            filters, size, stride, padding, use_bias=not normalize, **options
        )
        x = _activate(layer(x), normalize, f"convolution_{number}")
    x = keras.layers.Flatten(dtype="float32")(x)
    x = keras.layers.Dense(DIMENSIONS, use_bias=not normalize, **options)(x)
    outputs = {"features": _activate(x, normalize, "features")}
    if classes:
        logits = keras.layers.Dense(classes, name="logits", **options)
        outputs["logits"] = logits(outputs["features"])
    return keras.Model(image, outputs)


def projection(width, initializer):
    """Return a Keras model from features (N, 64) to (N, width) through one hidden layer."""
    options = {"kernel_initializer": initializer, "dtype": "float32"}
    return keras.Sequential(
        [
            keras.Input((DIMENSIONS,)),
            keras.layers.Dense(width, use_bias=False, **options),
            keras.layers.BatchNormalization(dtype="float32"),
            keras.layers.ReLU(dtype="float32"),
            keras.layers.Dense(width, **options),
        ]
    )


def _activate(x, normalize, name):
    if normalize:
        x = keras.layers.BatchNormalization(momentum=0.98, dtype="float32")(x)
    return keras.layers.ReLU(dtype="float32", name=name)(x)


def fold(normalized, plain):
    """Give `plain` the weights with which it computes what `normalized` computes at inference.

    A batch norm at inference multiplies by gamma / sqrt(variance + epsilon) and adds a constant;
    the layer before it can do both. The models come from `network`, with and without `normalize`.
    """
    kinds = (keras.layers.Conv2D, keras.layers.Dense)
    targets = [layer for layer in plain.layers if isinstance(layer, kinds)]
    sources = [
        layer
        for layer in normalized.layers
        if isinstance(layer, (*kinds, keras.layers.BatchNormalization))
    ]
    for target in targets:
        source = sources.pop(0)
        weights = source.get_weights()
        if not source.use_bias:
            norm = sources.pop(0)
            gamma, beta, mean, variance = norm.get_weights()
            factor = gamma / np.sqrt(variance + norm.epsilon)
            weights = [weights[0] * factor, beta - mean * factor]
        target.set_weights(weights)
    return plain


def inception(channels, weights):
    """Return InceptionV3 without its classes, from (N, H, W, channels) in [-1, 1] to 2048 features.

    Args:
        channels: 1 or 3. weights: as for `keras.applications.InceptionV3`, which was trained on
            pictures in [-1, 1] too.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        image = keras.Input((None, None, channels), name="image")
        x = keras.layers.Resizing(299, 299, interpolation="bilinear")(image)
        if channels == 1:
            x = keras.layers.Concatenate()([x, x, x])
        body = keras.applications.InceptionV3(include_top=False, weights=weights, pooling="avg")
        return keras.Model(image, {"features": body(x)})
    finally:
        keras.config.set_dtype_policy(before)
