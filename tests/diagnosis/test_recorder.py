"""`Health` writes what it should, and leaves no trace in the run it watches."""

import math
import types

import keras
import numpy as np
import pytest
import small
import tensorflow as tf
import tiny

import gan_helpers as gh
from gan_helpers.diagnosis import looks


def train(digits, watch, batch_size=32, epochs=2, repeat=False, every=3, **options):
    """Train networks with batch norm and dropout; return (gan, health, history)."""
    keras.utils.set_random_seed(5)
    layers = keras.layers
    gan = gh.GAN(
        small.generator(layers.BatchNormalization(), layers.Dropout(0.2, seed=1)),
        small.discriminator(layers.BatchNormalization(), layers.Dropout(0.2, seed=2)),
    )
    gan.compile(**options)
    dataset = gh.data.pipeline(digits, batch_size)
    health = gh.diagnosis.Health(real=dataset, every=every)
    steps = {"steps_per_epoch": 8} if repeat else {}
    history = gan.fit(
        dataset.repeat() if repeat else dataset,
        epochs=epochs,
        callbacks=[health] if watch else [],
        verbose=0,
        **steps,
    )
    return gan, health, history


def test_a_watched_run_ends_with_the_same_weights(digits):
    watched, free = (train(digits, watch)[0] for watch in (True, False))
    for first, second in zip(watched.variables, free.variables, strict=True):
        assert np.array_equal(first.numpy(), second.numpy()), first.path


@pytest.mark.parametrize("steps_per_execution", [1, 5])
def test_entries_stand_in_the_history(digits, steps_per_execution):
    _, health, history = train(digits, True, epochs=3, steps_per_execution=steps_per_execution)
    entries = history.history
    assert health.history is entries
    assert set(gh.gan.METRICS) < set(entries)
    assert {len(values) for values in entries.values()} == {3}
    assert entries["step"] == [16.0, 32.0, 48.0]
    assert all(math.isfinite(value) for value in entries["agreement"] + entries["ranking"])
    assert entries["reach_min"] == [-1.0] * 3 and entries["reach_max"] == [1.0] * 3
    assert entries["norm_window"] == pytest.approx([100.0] * 3)
    assert min(entries["generator_norm_change"] + entries["discriminator_norm_change"]) > 0


def test_a_second_fit_begins_a_new_history(digits):
    gan, health, _ = train(digits, True)
    dataset = gh.data.pipeline(digits, 256)
    entries = gan.fit(dataset, epochs=1, callbacks=[health], verbose=0).history
    assert {len(values) for values in entries.values()} == {1}


def test_looks_come_every_few_steps(digits, monkeypatch):
    calls = []
    real_look = looks.batches
    monkeypatch.setattr(looks, "batches", lambda *given: calls.append(1) or real_look(*given))
    train(digits, True, epochs=2, every=6)  # 16 steps an epoch: after steps 1, 7 and 13
    assert len(calls) == 2 * 3


def test_reals_are_what_the_gan_sees(digits):
    _, _, history = train(digits, True, batch_size=16)
    scaled = gh.data.scale(digits)
    assert history.history["real_min"] == [-1.0] * 2
    assert history.history["real_mean"][0] == pytest.approx(scaled.mean(), abs=0.06)
    assert history.history["real_diversity"][0] == pytest.approx(0.5, abs=0.05)


def test_looking_at_the_reals_is_no_epoch(digits):
    dataset = gh.data.pipeline(digits, 32)
    next(iter(dataset))
    before = dataset.epoch.numpy()
    health = gh.diagnosis.Health(real=dataset)
    health.set_model(types.SimpleNamespace(generator=None, discriminator=None))
    health.on_train_begin()
    assert dataset.epoch.numpy() == before > 0


# --- loops of one's own --------------------------------------------------------------------------


class Line(keras.layers.Layer):
    """A layer with one weight, for networks whose numbers are known."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, inputs):
        return self.scale * inputs


def lines():
    """Return G(z) = a z and D(x) = b x, a = b = 1, on one number."""
    return tuple(keras.Sequential([keras.Input((1,)), Line()]) for _ in range(2))


def test_numbers_of_known_networks():
    make, judge = lines()
    latent = np.linspace(-1, 3, 8)[:, None]  # its mean is 1
    health = gh.diagnosis.Health(make, judge, every=2, latent=latent)
    real, fake = np.full((8, 1), 2.0), np.linspace(0, 7, 8)[:, None]
    health.record(real=real, fake=fake, discriminator_loss=3, generator_loss=tf.constant(1.0))
    make.layers[0].scale.assign(1.5)
    judge.layers[0].scale.assign(2.0)
    health.record(real=real, fake=fake, discriminator_loss=[5.0], generator_loss=2)
    one = {name: values[0] for name, values in health.history.items() if len(values) == 1}
    assert one["step"] == 2
    assert (one["discriminator_loss"], one["generator_loss"]) == (4.0, 1.5)
    assert (one["real_output"], one["fake_output"]) == (4.0, 7.0)
    assert one["ranking"] == pytest.approx((2 + 0.5) / 8)  # above fakes 0 and 1, equal to 2
    assert (one["generator_change"], one["discriminator_change"]) == (0.5, 1.0)
    assert one["agreement"] == pytest.approx(1.0)  # up: the mean of z is positive
    assert one["drawn_mean"] == pytest.approx(1.5)
    assert (one["unequal"], one["real_count"], one["fake_count"]) == (0.0, 8.0, 8.0)
    assert math.isnan(one["reach_min"]) and math.isnan(one["real_correlation"])
    make.layers[0].scale.assign(1.0)
    for _ in range(2):
        health.record(real=real[:4], fake=fake)
    assert health.history["generator_change"][1] == 0.0  # it moved before the last step
    assert math.isnan(health.history["agreement"][1])
    assert health.history["unequal"][1] == 1.0
    assert math.isnan(health.history["generator_loss"][1])


def test_a_step_down_is_negative():
    make, judge = lines()
    health = gh.diagnosis.Health(make, judge, every=1, latent=np.ones((4, 1)))
    for scale in (1.0, 0.8, 0.9):
        make.layers[0].scale.assign(scale)
        health.record(discriminator_loss=0.5)
    assert math.isnan(health.history["agreement"][0])  # nothing to compare with yet
    assert health.history["agreement"][1:] == pytest.approx([-1.0, 1.0])


def test_what_is_missing_is_left_out():
    health = gh.diagnosis.Health(every=1)
    health.record(discriminator_loss=1.0)
    health.record(discriminator_loss=2.0, generator_loss=3.0)
    assert health.history["discriminator_loss"] == [1.0, 2.0]
    assert health.history["generator_loss"] == pytest.approx([math.nan, 3.0], nan_ok=True)
    assert gh.diagnosis.diagnose(health) == []
    health = gh.diagnosis.Health(generator=small.generator(), every=1)
    health.record(fake=np.zeros((4, 28, 28, 1)))
    assert "ranking" not in health.history and health.history["fake_std"] == [0.0]


def test_flat_pictures_are_put_into_shape(digits):
    health = gh.diagnosis.Health(small.generator(), small.discriminator(), every=1)
    flat = gh.data.scale(digits[:8]).reshape(8, 784)
    health.record(real=flat, fake=flat)
    assert health.history["ranking"] == [0.5]
    with pytest.raises(ValueError, match=r"shape \(100,\), but the discriminator takes"):
        health.record(real=flat[:, :100], fake=flat)


def test_drawn_is_what_the_generator_makes_in_inference_mode():
    make = keras.Sequential([keras.Input((1,)), keras.layers.BatchNormalization()])
    latent = np.linspace(3.0, 5.0, 8)[:, None]
    health = gh.diagnosis.Health(make, every=1, latent=latent)
    health.record()
    assert health.history["drawn_mean"] == pytest.approx([4.0], rel=1e-3)  # averages of the start
    assert health.history["fake_mean"] == pytest.approx([0.0], abs=1e-3)  # those of the batch


def test_networks_inside_networks():
    inner = small.generator(keras.layers.BatchNormalization(), output="sigmoid")
    outer = keras.Sequential([keras.Input((16,)), inner, keras.layers.Flatten()])
    assert len(looks.batch_norms(outer)) == 1
    assert looks.reach(outer) == (0.0, 1.0)
    assert all(math.isnan(bound) for bound in looks.reach(small.discriminator()))
    assert all(math.isnan(bound) for bound in looks.reach(None))


@pytest.mark.parametrize(
    ("layer", "kept"),
    [
        (keras.layers.UpSampling2D(), True),
        (keras.layers.UpSampling2D(interpolation="bicubic"), False),  # it overshoots at edges
        (keras.layers.Resizing(40, 40), True),
        (keras.layers.Cropping2D(2), True),
        (keras.layers.Rescaling(2.0), False),
        (keras.layers.Conv2D(1, 3), False),
    ],
)
def test_what_follows_the_activation_may_keep_its_range(layer, kept):
    network = small.generator(output="tanh")
    bounds = looks.reach(keras.Sequential([keras.Input((16,)), network, layer]))
    assert bounds == (-1.0, 1.0) if kept else all(map(math.isnan, bounds))


def test_the_shipped_generators_reach_from_black_to_white():
    for family in gh.networks.FAMILIES:
        assert looks.reach(gh.networks.generator(family=family)) == (-1.0, 1.0)
    assert looks.reach(gh.networks.unet((32, 32, 1), 1, width=2)) == (-1.0, 1.0)


def test_few_conditions_serve_for_all_looks():
    gan = tiny.conditional_gan(run_eagerly=True)
    dataset = tf.data.Dataset.from_tensor_slices((tiny.points(6), np.arange(6) % 3)).batch(3)
    health = gh.diagnosis.Health(real=dataset, every=1)
    gan.fit(dataset, callbacks=[health], verbose=0)
    assert np.isfinite(health.history["agreement"]).any()


def test_packs_that_do_not_divide_a_look_are_cut():
    judge = gh.networks.plane_discriminator(width=4, pack=3)
    health = gh.diagnosis.Health(gh.networks.plane_generator(width=4), judge, every=1)
    points = np.random.default_rng(0).normal(size=(90, 2)).astype(np.float32)
    health.record(real=points, fake=points)
    assert health.history["ranking"] == [0.5]


def test_who_trains_the_generator():
    make = small.generator()
    assert not looks.is_trained_alone(make)
    make.compile(loss="mse", optimizer="sgd")
    assert not looks.is_trained_alone(make)
    combined = keras.Sequential([make, small.discriminator()])
    combined.compile(loss="mse", optimizer="sgd")
    combined.train_on_batch(np.zeros((4, 16)), np.ones((4, 1)))
    assert not looks.is_trained_alone(make)
    make.train_on_batch(np.zeros((4, 16)), np.zeros((4, 28, 28, 1)))
    assert looks.is_trained_alone(make)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: gh.diagnosis.Health("g", None), "generator is a str; give the Keras model"),
        (lambda: gh.diagnosis.Health(None, max), "discriminator is a builtin_function"),
        (lambda: gh.diagnosis.Health(every=0), "every is 0; it must be a whole number"),
        (lambda: gh.diagnosis.Health(every=2.5), "every is 2.5"),
        (lambda: gh.diagnosis.Health(real=np.zeros(4, np.uint8)), "give the dataset that fit"),
        (lambda: gh.diagnosis.Health().record(generator_loss=None), "generator_loss is None"),
        (lambda: gh.diagnosis.Health().record(generator_loss=[1, 2]), "record one number a step"),
    ],
)
def test_bad_input(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_other_models_than_a_gan_are_refused():
    model = small.discriminator()
    model.compile(loss="mse", optimizer="sgd")
    with pytest.raises(ValueError, match=r"Health watches a gh\.GAN, but this is a Sequential"):
        model.fit(np.zeros((4, 28, 28, 1)), np.zeros(4), callbacks=[gh.diagnosis.Health()])
