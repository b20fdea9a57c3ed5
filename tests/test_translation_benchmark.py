"""The hand-written steps of the translators' benchmark are the translators' own."""

import pathlib
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from weights import assert_same_weights

import gan_helpers as gh

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmarks"))

import translation as benchmark
from timing import translating

SHAPE = (28, 28, 1)


def translator():
    keras.utils.set_random_seed(0)
    model = gh.translation.PairedTranslator(
        gh.networks.unet(SHAPE, 1, 2), gh.networks.patch_discriminator(SHAPE, SHAPE, 2)
    )
    model.compile(**gh.translation.paired_settings())
    return model


def test_the_loop_ends_with_the_weights_of_fit():
    random = np.random.default_rng(0)
    pictures = random.integers(0, 256, (2, 8, *SHAPE), dtype=np.uint8)
    fitted, looped = translator(), translator()
    fitted.fit(gh.data.pair_pipeline(*pictures, batch_size=2), epochs=1, verbose=0)
    step = tf.function(translating.paired_step(looped))
    for source, target in gh.data.pair_pipeline(*pictures, batch_size=2):
        step(source, target)
    assert_same_weights(fitted, looped, 2e-5)


def test_a_report_holds_what_was_kept():
    text = benchmark.report({"machine": "A machine; float32.", "paired": "| x |"})
    assert "A machine; float32." in text
    assert text.endswith("## Paired: `PairedTranslator.fit` against a hand-written loop\n\n| x |\n")


def test_an_unknown_translator_is_refused(capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["style"])
    assert "unknown: style; translators are paired, unpaired" in capsys.readouterr().err
