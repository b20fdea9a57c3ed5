"""Weights of networks, copied and compared."""

import keras
import numpy as np


def copy(network):
    """Return a network of its own with the same weights."""
    twin = keras.models.clone_model(network)
    twin.set_weights(network.get_weights())
    return twin


def assert_same_weights(one, other, tolerance=0.0):
    """Fail unless all weights of two models agree, up to the tolerance."""
    for found, wanted in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance, equal_nan=False)
