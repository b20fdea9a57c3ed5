"""Three layers that Keras does not have."""

import keras
import numpy as np
import tensorflow as tf

# Twice as large, then 3 x 3: row 2i of the result sees the enlarged rows 2i-1, 2i, 2i+1, which
# are the small rows i-1, i, i; row 2i+1 sees i, i, i+1. So the three weights of a column fall on
# three small rows, and two of them are added: {even, odd} x small row x weight.
_WHERE_WEIGHTS_FALL = np.float32(
    [
        [[1, 0, 0], [0, 1, 1], [0, 0, 0]],
        [[0, 0, 0], [1, 1, 0], [0, 0, 1]],
    ]
)


@keras.saving.register_keras_serializable(package="gan_helpers")
class EnlargingConvolution(keras.layers.Layer):
    """Twice the side by the nearest pixel, then a 3 x 3 convolution: both in one.

    Returns the numbers of `UpSampling2D()` followed by `Conv2D(filters, 3, padding="same")`. Of
    the enlarged pixels, four at a time are equal. Adding up their weights first gives one kernel
    for each of the four places, and one convolution before the enlargement computes all four: as
    many multiplications, but the large maps are never built, and a processor is at its best with
    many channels. The layout is that of Shi et al. 2016, "Real-Time Single Image and Video
    Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", but with the
    weights tied, so that no checkerboard is built in.

    Args:
        filters: channels of the result.
        bias_initializer: a Keras initializer.

    Input (N, H, W, C), output (N, 2 H, 2 W, filters).
    """

    def __init__(self, filters, bias_initializer="zeros", **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.bias_initializer = keras.initializers.get(bias_initializer)

    def build(self, input_shape):
        """Make the weights: those of the convolution."""
        shape = (3, 3, input_shape[-1], self.filters)
        self.kernel = self.add_weight(shape=shape, initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(
            shape=(self.filters,), initializer=self.bias_initializer, name="bias"
        )

    def call(self, images):
        """Return the enlarged and convolved pictures."""
        fall = tf.constant(_WHERE_WEIGHTS_FALL, self.compute_dtype)
        kernel = tf.convert_to_tensor(self.kernel)
        # p, q: place within a block of 2 x 2; a, b: small row and column; u, v: row and column of
        # the kernel.
        places = tf.einsum("pau,qbv,uvcf->abcpqf", fall, fall, kernel)
        places = tf.reshape(places, (3, 3, -1, 4 * self.filters))
        blocks = tf.nn.conv2d(images, places, strides=1, padding="SAME")
        return tf.nn.depth_to_space(blocks, 2) + self.bias

    def compute_output_shape(self, input_shape):
        """Return (N, 2 H, 2 W, filters)."""
        count, height, width, _ = input_shape
        double = [None if side is None else 2 * side for side in (height, width)]
        return (count, *double, self.filters)

    def get_config(self):
        """Return the arguments, for saving."""
        initializer = keras.initializers.serialize(self.bias_initializer)
        return super().get_config() | {"filters": self.filters, "bias_initializer": initializer}


@keras.saving.register_keras_serializable(package="gan_helpers")
class Tanh(keras.layers.Layer):
    """tanh with a slope that float32 can hold at both ends.

    The usual slope, 1 - y^2, is exactly 0 once y rounds to -1, at about x = -9: a generator that
    has become all black gets no gradient any more and stays black. Written as a difference,
    tanh(x) = s(2x) - s(-2x) with the sigmoid s, the slope is a sum of two, of which one is tiny
    but never rounded away before x = +-44. Adam makes steps of full length of it.
    """

    def call(self, x):
        """Return tanh of each number."""
        return tf.sigmoid(2.0 * x) - tf.sigmoid(-2.0 * x)

    def compute_output_shape(self, input_shape):
        """Return the same shape."""
        return input_shape


@keras.saving.register_keras_serializable(package="gan_helpers")
class KeepKnown(keras.layers.Layer):
    """Puts the known pixels of the condition into what was drawn: m x + (1 - m) d.

    So the generator draws the hole and nothing else, and the discriminator can judge the hole by
    how it fits.
    """

    def call(self, drawn, condition):
        """Return the drawing with the known pixels of the condition."""
        picture, known = condition[..., :-1], condition[..., -1:]
        return known * picture + (1.0 - known) * drawn

    def compute_output_shape(self, drawn_shape, condition_shape):
        """Return the shape of the drawing."""
        return drawn_shape
