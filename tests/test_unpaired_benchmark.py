"""The hand-written step of the unpaired translator's benchmark is the translator's own."""

import pathlib
import sys

import keras
import numpy as np
import tensorflow as tf
from weights import assert_same_weights

import gan_helpers as gh

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmarks"))

from timing import unpaired

SHAPE = (28, 28, 1)


def translator():
    keras.utils.set_random_seed(0)
    model = gh.translation.UnpairedTranslator(
        *(gh.networks.residual_translator(SHAPE, width=4, blocks=1, patch=4) for _ in range(2)),
        *(gh.networks.patch_discriminator(None, SHAPE, width=2) for _ in range(2)),
        pool_size=3,
    )
    model.compile(cycle=5.0, identity=0.0)
    return model


def test_the_loop_ends_with_the_weights_of_fit():
    random = np.random.default_rng(0)
    sides = random.integers(0, 256, (2, 12, *SHAPE), dtype=np.uint8)
    fitted, looped = translator(), translator()
    fitted.fit(gh.data.unpaired_pipeline(*sides, batch_size=2), epochs=1, verbose=0)
    step = tf.function(unpaired.step_of(looped))
    for a, b in gh.data.unpaired_pipeline(*sides, batch_size=2):
        step(a, b)
    assert int(looped.pool_a.stored) == 3
    assert_same_weights(fitted, looped, 2e-5)


def test_the_loop_trains_so_many_steps(monkeypatch):
    random = np.random.default_rng(0)
    sides = random.integers(0, 256, (2, 8, *SHAPE), dtype=np.uint8)
    monkeypatch.setattr(unpaired, "build", translator)
    monkeypatch.setattr(
        unpaired, "data", lambda: gh.data.unpaired_pipeline(*sides, batch_size=2).repeat()
    )
    losses = unpaired.loop(5)()
    assert np.shape(losses) == (5, 2)
    assert np.isfinite(losses).all()
