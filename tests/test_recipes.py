"""The tuned recipe: repeatable, in time, for every supported shape."""

import contextlib
import io
import time

import keras
import numpy as np
import PIL.Image
import pytest
from weights import assert_same_weights

import gan_helpers as gh
from gan_helpers import recipes


def noise(count, *shape):
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


STEPS = 4  # no divisor of the steps that a call takes when nobody counts them


@pytest.fixture(scope="module")
def runs(digits):
    """Return GANs of the seeds 3, 3 and 4, and what their training printed."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        models = [gh.quick_gan(digits[:64], seed=seed, steps=STEPS) for seed in (3, 3, 4)]
    return models, said.getvalue()


def test_same_seed_and_steps_give_the_same_weights(runs):
    one, same, other = runs[0]
    for first, second in zip(one.get_weights(), same.get_weights(), strict=True):
        assert np.array_equal(first, second)
    assert any(
        not np.array_equal(first, second)
        for first, second in zip(one.get_weights(), other.get_weights(), strict=True)
    )
    assert np.array_equal(one.generate(4, seed=0), same.generate(4, seed=0))


def test_steps_are_counted_exactly_and_in_silence(runs):
    models, said = runs
    assert [model.steps for model in models] == [STEPS] * 3
    assert said == ""
    assert set(models[0].history.history) == set(gh.gan.METRICS)
    assert all(np.isfinite(weight).all() for weight in models[0].get_weights())


class Clock(keras.callbacks.Callback):
    """Notes when training began, and how long each call of the compiled steps took."""

    def on_train_begin(self, logs=None):
        self.start = self.last = time.monotonic()
        self.longest = 0.0

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        self.longest = max(self.longest, now - self.last)
        self.last = now


def test_a_folder_and_a_single_callback_are_taken(tmp_path, eager):
    for number, picture in enumerate(noise(4, 28, 28, 1)):
        PIL.Image.fromarray(picture[..., 0]).save(tmp_path / f"{number}.png")
    clock = Clock()
    model = gh.quick_gan(gh.data.folder(tmp_path, (28, 28, 1)), steps=1, callbacks=clock)
    assert model.steps == 1 and clock.longest > 0


def test_time_is_kept(digits):
    clock = Clock()
    model = gh.quick_gan(digits, seconds=4, callbacks=[clock])
    assert model.steps > 0
    # A busy machine may make any single call slow; the recipe answers for no more than one.
    assert 4 * 0.9 - clock.longest / 2 <= clock.last - clock.start <= 4 * 1.1 + 1 + clock.longest


@pytest.mark.parametrize(
    "shape",
    [
        (28, 28, 3),
        (32, 32, 1),
        (48, 48, 1),
        (64, 64, 3),
        pytest.param((128, 128, 3), marks=pytest.mark.slow),
    ],
)
def test_every_supported_shape(shape, eager):
    model = gh.quick_gan(noise(3, *shape), steps=1)  # fewer pictures than a whole batch
    assert model.steps == 1
    assert model.generate(2, seed=0).shape == (2, *shape)


@pytest.mark.parametrize(
    ("images", "options", "message"),
    [
        (np.zeros((8, 28, 28, 1)), {}, "images is float64; expected uint8"),
        (np.zeros((8, 28, 28), np.uint8), {}, "images has the shape .* add the channel"),
        (np.zeros((8, 30, 30, 1), np.uint8), {}, r"image_shape is \(30, 30, 1\); expected"),
        (np.zeros((8, 28, 32, 1), np.uint8), {}, r"image_shape is \(28, 32, 1\)"),
        (np.zeros((8, 28, 28, 2), np.uint8), {}, "2 channels; expected 1"),
        (np.zeros((0, 28, 28, 1), np.uint8), {}, "images is empty"),
        (noise(8, 28, 28, 1), {"seconds": 0}, "seconds is 0; it must be a number above 0"),
        (noise(8, 28, 28, 1), {"seconds": float("nan")}, "seconds is nan"),
        (noise(8, 28, 28, 1), {"seconds": "long"}, "seconds is 'long'"),
        (noise(8, 28, 28, 1), {"steps": 0}, "steps is 0; it must be a whole number from 1 on"),
        (noise(8, 28, 28, 1), {"steps": 1.5}, "steps is 1.5"),
        (noise(8, 28, 28, 1), {"seed": -1}, "seed is -1; it must be a whole number from 0"),
        (noise(8, 28, 28, 1), {"seed": "lucky"}, "seed is 'lucky'"),
    ],
)
def test_bad_input_is_refused_before_any_work(images, options, message, monkeypatch):
    def no_work(*_, **__):
        raise AssertionError("work began before the input was checked")

    monkeypatch.setattr(gh.GAN, "fit", no_work)
    with pytest.raises(ValueError, match=message):
        gh.quick_gan(images, **options)


class Crash(keras.callbacks.Callback):
    """Breaks off the run at the start of its second epoch."""

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise KeyboardInterrupt


def test_a_run_that_was_broken_off_goes_on_with_its_backup(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(recipes, "STEPS_PER_EPOCH", 4)
    sizes, pipeline = [], gh.data.pipeline

    def noted(images, batch_size, *others, **options):
        sizes.append(batch_size)
        return pipeline(images, batch_size, *others, **options)

    monkeypatch.setattr(gh.data, "pipeline", noted)
    options = {"steps": 6, "batch_size": 4}  # an epoch ends within a pass of three batches
    whole = gh.quick_gan(digits[:12], **options)
    with pytest.raises(KeyboardInterrupt):
        gh.quick_gan(digits[:12], callbacks=[gh.callbacks.backup(tmp_path), Crash()], **options)
    resumed = gh.quick_gan(digits[:12], callbacks=[gh.callbacks.backup(tmp_path)], **options)
    assert resumed.steps == whole.steps == 6
    assert sizes == [4] * 3
    assert_same_weights(resumed, whole)


def test_settings_of_sides_in_between():
    penalties = [float(recipes.settings(side)["r1"](1_000)) for side in (28, 32, 48, 64, 96)]
    np.testing.assert_allclose(penalties, [0.3, 3.0, 3.0, 10.0, 10.0])


@pytest.mark.parametrize(("side", "fastest"), [(28, 3e-3), (32, 5e-4), (64, 5e-4)])
def test_both_rates_rise_over_300_steps_and_the_penalties_fall_over_400(side, fastest):
    settings = recipes.settings(side)
    for player in ("generator", "discriminator"):
        rate = settings[f"{player}_optimizer"]._learning_rate
        found = [float(rate(step)) / fastest for step in (0, 150, 300)]
        np.testing.assert_allclose(found, [0.01, 0.505, 1.0], rtol=1e-5)
    strongest, weakest = recipes.TUNED[side][1:]
    for name in ("r1", "r2"):
        found = [float(settings[name](step)) for step in (0, 200, 400)]
        halfway = weakest + (strongest - weakest) / 8
        np.testing.assert_allclose(found, [strongest, halfway, weakest], rtol=1e-5)


def test_an_untrained_recipe_draws_at_the_level_of_the_data(eager):
    dark = gh.quick_gan(noise(16, 28, 28, 1) // 8, steps=1)  # gray levels below 32
    assert dark.generate(16, seed=0).mean() < 50


def test_settings_are_fresh_each_time_and_fit_compile(digits):
    first, second = recipes.settings(), recipes.settings()
    for name in ("generator_optimizer", "discriminator_optimizer"):
        assert first[name] is not second[name]
    gan = gh.GAN(gh.networks.generator(width=2), gh.networks.discriminator(width=2))
    gan.compile(**first)
    assert gan.adversarial_loss.name == first["loss"]


# --- points in the plane -------------------------------------------------------------------------


def test_plane_recipe_repeats_and_counts_steps():
    one, same, other = (gh.recipes.quick_plane(gh.data.ring(), 2, seed) for seed in (1, 1, 2))
    assert one.steps == 2
    first, again, another = (gan.generate(50, seed=0) for gan in (one, same, other))
    # On a busy machine sums may differ in their last bits, and Adam makes tiny gradients large:
    # then the same seed differed by .16 once, where another seed differs by 2.3.
    other_seed = np.abs(first - another).mean()
    assert other_seed > 1.0
    assert np.abs(first - again).mean() < other_seed / 4


def test_plane_recipe_learns_a_ring():
    points = gh.recipes.quick_plane(gh.data.ring(), 500).generate(1_000, seed=0)
    radii = np.linalg.norm(points, axis=1)
    assert 0.8 < np.median(radii) < 1.2


def test_plane_settings_stretch_with_the_run():
    settings = gh.recipes.plane_settings(300)
    assert float(settings["r1"](0)) == pytest.approx(0.5)
    assert float(settings["r1"](300)) == pytest.approx(0.01)
    for player in ("generator", "discriminator"):
        rate = settings[f"{player}_optimizer"]._learning_rate
        found = [float(rate(step)) for step in (0, 150, 300)]
        np.testing.assert_allclose(found, [2e-3, 1.01e-3, 2e-5], rtol=1e-5)
    assert settings["steps_per_execution"] == 50
    assert gh.recipes.plane_settings(7)["steps_per_execution"] == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grid",), "mixture is a str"),
        ((gh.data.grid(), 0), "steps is 0"),
        ((gh.data.grid(), 10, -1), "seed is -1"),
    ],
)
def test_plane_recipe_refuses(arguments, says):
    with pytest.raises(ValueError, match=says):
        gh.recipes.quick_plane(*arguments)
