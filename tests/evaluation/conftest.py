"""What the tests that name pictures share: a net whose answers can be worked out by hand."""

import keras
import numpy as np
import pytest

from gan_helpers.evaluation import features


@pytest.fixture(scope="module")
def reader():
    """Return a net that reads the class, 0 to 3, off the gray level of a 1 x 1 picture."""
    image = keras.Input((1, 1, 1))
    level = keras.layers.Flatten()(image)
    logits = keras.layers.Dense(4, name="logits")(level)
    net = keras.Model(image, {"features": level, "logits": logits})
    # Logit k is highest where the level is nearest to k: 2 k x - k * k, on pictures' own scale.
    slopes = 2 * np.arange(4) * 127.5
    net.get_layer("logits").set_weights([slopes[np.newaxis], slopes - np.arange(4) ** 2])
    return features.FeatureNet("reader", net)
