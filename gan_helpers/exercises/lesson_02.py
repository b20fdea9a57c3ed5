"""Checks of lesson 02, the generator."""

import numpy as np

from gan_helpers.exercises import checking


@checking.check
def check_double(double):
    """Check nearest-neighbor upsampling: (H, W, C) becomes (2 H, 2 W, C)."""
    random = np.random.default_rng(2)
    for shape in ((2, 3, 1), (3, 2, 4), (7, 7, 2)):
        features = random.standard_normal(shape)
        wanted = features.repeat(2, axis=0).repeat(2, axis=1)
        found = np.asarray(checking.call(double, features.copy()))
        checking.expect(
            found.shape == wanted.shape,
            f"features of shape {shape} became {found.shape}; expected {wanted.shape}: height and "
            "width double, channels stay.",
        )
        checking.expect(
            not np.array_equal(found, np.tile(features, (2, 2, 1))),
            "you laid four copies of the picture side by side; each number shall become a block "
            "of 2 x 2 equal numbers. np.repeat does that along one axis.",
        )
        checking.expect_close(found, wanted, "the enlarged features")
    return "each number is now a block of 2 x 2, and no number weighs more than its neighbor."


@checking.check
def check_convolution_parameters(convolution_parameters):
    """Check the number of parameters of a square convolution."""
    for kernel, channels, filters in ((3, 64, 32), (5, 1, 8), (1, 16, 3), (4, 3, 3)):
        weights = kernel * kernel * channels * filters
        for bias in (True, False):
            asked = f"kernel {kernel}, {channels} channels in, {filters} filters, bias {bias}"
            found = checking.call(convolution_parameters, kernel, channels, filters, bias)
            wanted = weights + bias * filters
            reasons = {
                kernel * channels * filters + bias * filters: "A kernel is a square: its side "
                "counts twice.",
                kernel * kernel * filters + bias * filters: "Each filter has its own square of "
                "weights for every channel that comes in.",
                weights + (not bias) * filters: "Each filter adds one bias, or none without bias.",
            }
            checking.expect(
                found == wanted,
                f"{asked}: you found {found}; it has {wanted}. {reasons.get(found, '')}".strip(),
            )
    return "you can count a convolution on paper, and the size of the picture plays no part in it."


MOST_PARAMETERS = 2_000_000


@checking.check
def check_generator(build_generator):
    """Check a generator of 32 x 32 pictures in color against the list of conditions."""
    import keras  # late: this module is also read where TensorFlow is not needed

    for latent_dim in (16, 100):
        generator = checking.call(build_generator, latent_dim)
        checking.expect(
            isinstance(generator, keras.Model),
            f"expected a keras.Model, got {type(generator).__name__}.",
        )
        _check_shapes(generator, latent_dim)
        _check_pictures(generator, latent_dim)
        _check_even_overlap(generator)
        _check_gradients(generator, latent_dim)
    count = generator.count_params()
    checking.expect(
        count <= MOST_PARAMETERS,
        f"{count:,} parameters for 100 latent numbers; at most {MOST_PARAMETERS:,} are asked for. "
        "Start from a smaller square or from fewer channels.",
    )
    return "this is a generator that a GAN can train: right shape and range, even, all connected."


def _check_shapes(generator, latent_dim):
    checking.expect(
        tuple(generator.input_shape) == (None, latent_dim),
        f"the input has the shape {generator.input_shape}; expected (None, {latent_dim}).",
    )
    checking.expect(
        tuple(generator.output_shape) == (None, 32, 32, 3),
        f"the output has the shape {generator.output_shape}; expected (None, 32, 32, 3). Which "
        "square becomes 32 when it is doubled a few times?",
    )


def _check_pictures(generator, latent_dim):
    # Far-out latent vectors drive an unbounded output out of its range.
    latent = np.random.default_rng(3).standard_normal((8, latent_dim)).astype(np.float32)
    pictures = np.asarray(generator(1000 * latent, training=False)).astype(np.float64)
    checking.expect(np.isfinite(pictures).all(), "the pictures hold NaN or infinity.")
    checking.expect(
        np.ptp(pictures, axis=0).max() > 0,
        "all latent vectors give the same picture; is the latent input connected?",
    )
    low, high = pictures.min(), pictures.max()
    checking.expect(
        low >= -1 and high <= 1,
        f"the pictures range from {low:.3g} to {high:.3g}; end with tanh, which stays in [-1, 1].",
    )
    checking.expect(
        low < 0,
        "no pixel is ever below 0, which is half of the range; the data is in [-1, 1]. Is the "
        "last activation a sigmoid or a ReLU?",
    )


def _all_layers(network):
    """Yield the layers of a network, and those of networks inside it."""
    for layer in network.layers:
        yield layer
        yield from _all_layers(layer) if hasattr(layer, "layers") else ()


def _check_even_overlap(generator):
    for layer in _all_layers(generator):
        if type(layer).__name__ == "Conv2DTranspose":
            kernel, stride = layer.kernel_size[0], layer.strides[0]
            checking.expect(
                kernel % stride == 0,
                f"{layer.name} stamps {kernel} x {kernel} at a stride of {stride}, which overlaps "
                "unevenly; upsample and convolve, or take a kernel that the stride divides.",
            )


def _check_gradients(generator, latent_dim):
    import tensorflow as tf

    random = np.random.default_rng(4)
    latent = random.standard_normal((8, latent_dim)).astype(np.float32)
    direction = random.standard_normal((8, 32, 32, 3)).astype(np.float32)
    weights = generator.trainable_variables
    checking.expect(len(weights) > 0, "the model has no trainable weights.")
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.cast(generator(latent, training=True), tf.float32) * direction)
    gradients = tape.gradient(total, weights)
    sizes = [
        0.0 if gradient is None else float(tf.reduce_max(tf.abs(gradient)))
        for gradient in gradients
    ]
    for weight, size in zip(weights, sizes, strict=True):
        # Rounding leaves a trace where the true gradient is zero.
        checking.expect(
            size > 1e-6 * max(sizes),
            f"no gradient reaches {weight.path}, so it can never learn. A bias directly before "
            "batch norm, a saturated activation or an unconnected layer does that.",
        )
