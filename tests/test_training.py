"""The schedule that falls with the inverse of the step."""

import keras
import numpy as np
import pytest
import tiny

import gan_helpers as gh
from gan_helpers import recipes, training

rising = keras.optimizers.schedules.PolynomialDecay(1e-5, 300, end_learning_rate=1e-3)


@pytest.mark.parametrize("step", [0, 1, 150, 300, 400])
def test_until_its_start_it_is_the_schedule_within(step):
    assert float(training.LateDecay(rising, 400)(step)) == float(rising(step))


@pytest.mark.parametrize(("step", "share"), [(800, 1 / 2), (1_200, 1 / 3), (4_000, 1 / 10)])
def test_then_it_falls_with_the_inverse_of_the_step(step, share):
    assert float(training.LateDecay(rising, 400)(step)) == pytest.approx(share * 1e-3)


@pytest.mark.parametrize("start", [0, -5])
def test_a_start_before_the_first_step_is_refused(start):
    with pytest.raises(ValueError, match="from 1 on"):
        training.LateDecay(rising, start)


def test_the_recipe_falls_and_its_file_goes_on(tmp_path):
    settings = recipes.settings() | {"steps_per_execution": 1}
    gan, points = tiny.gan(**settings), tiny.points(16)
    gan.fit(points, batch_size=8, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = gh.GAN.load(tmp_path / "gan.keras")
    for optimizer in (loaded.generator_optimizer, loaded.discriminator_optimizer):
        rates = [float(optimizer._learning_rate(step)) for step in (300, recipes.FALL * 2)]
        np.testing.assert_allclose(rates, [3e-3, 1.5e-3], rtol=1e-6)
    for one in (gan, loaded):
        one.fit(points, batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_array_equal(gan.generate(4, seed=0), loaded.generate(4, seed=0))
