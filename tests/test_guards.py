"""Training stops when numbers break, says why, and hands back the last good weights."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny
from weights import assert_same_weights

import gan_helpers as gh
from gan_helpers import guards, losses


def broken_data():
    """Return five batches of points, of which the third holds one NaN."""
    points = tiny.points(40)
    points[17, 1] = np.nan
    return tf.data.Dataset.from_tensor_slices(points).batch(8, drop_remainder=True)


def sound_data():
    return tf.data.Dataset.from_tensor_slices(tiny.points(40)).batch(8).repeat(40)


def deep_linear():
    """Return a discriminator whose product of weights can grow without bound."""
    layers = [keras.layers.Dense(4, kernel_initializer="glorot_normal") for _ in range(3)]
    return keras.Sequential([keras.Input((2,)), *layers, keras.layers.Dense(1)])


def stopped(model, data, **options):
    """Train until the guard stops it; return the guard."""
    guard = guards.StopOnBrokenNumbers(data, **options)
    with pytest.warns(RuntimeWarning, match="Training stopped at step") as caught:
        model.fit(data, callbacks=[guard], verbose=0)
    assert guard.message in [str(warning.message) for warning in caught]
    assert all(np.isfinite(weight).all() for weight in model.get_weights())
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert all(np.isfinite(variable.numpy()).all() for variable in optimizer.variables)
    return guard


def test_nan_in_the_data():
    model = tiny.gan(run_eagerly=True)
    guard = stopped(model, broken_data(), seconds=0.0)
    assert "stopped at step 3" in guard.message
    assert "discriminator_loss" in guard.message and "generator_loss" in guard.message
    assert "the data holds NaN" in guard.message and "gh.data.report" in guard.message
    assert "weights of step 2" in guard.message
    assert model.steps == 2


def test_weights_are_those_of_the_named_step():
    model, twin = tiny.gan(run_eagerly=True), tiny.gan(run_eagerly=True)
    twin.set_weights(model.get_weights())
    stopped(model, broken_data(), seconds=0.0)
    for batch in broken_data().take(2):
        twin.train_step(batch)
    assert_same_weights(model, twin)


def test_nan_in_an_array_is_found_too():
    points = tiny.points(40)
    points[17, 1] = np.nan
    with pytest.warns(RuntimeWarning, match="the data holds NaN"):
        tiny.gan(run_eagerly=True).fit(points, batch_size=8, verbose=0)


def test_without_a_newer_copy_the_start_comes_back():
    model = tiny.gan(run_eagerly=True)
    before = model.get_weights()
    guard = stopped(model, broken_data(), seconds=1e6)
    assert "weights of step 0" in guard.message and model.steps == 0
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), before, strict=True))


def test_fit_brings_its_own_guard():
    model = tiny.gan(run_eagerly=True)
    with pytest.warns(RuntimeWarning, match="step 3: .*the data holds NaN .*weights of step 0"):
        history = model.fit(broken_data(), epochs=5, verbose=0).history
    assert len(history["penalty"]) == 1  # the first epoch was the last
    assert model.stop_training


def test_exploding_learning_rate():
    model = tiny.gan(
        loss="least_squares",
        discriminator_optimizer=keras.optimizers.SGD(1e6),
        run_eagerly=True,
    )
    guard = stopped(model, sound_data(), seconds=0.0)
    assert "the learning rate 1e+06 is high; try a tenth" in guard.message


def wasserstein(**options):
    from gan_helpers import gan

    model = gan.GAN(tiny.generator(), deep_linear())
    model.compile(
        loss="wasserstein",
        generator_optimizer=keras.optimizers.SGD(0.01),
        discriminator_optimizer=keras.optimizers.SGD(0.01),
        run_eagerly=True,
        **options,
    )
    return model


def test_wasserstein_without_penalty():
    far = tf.data.Dataset.from_tensor_slices(100 * tiny.points(40)).batch(8).repeat(40)
    guard = stopped(wasserstein(), far, seconds=0.0)
    assert "Wasserstein loss without a gradient penalty" in guard.message
    assert "gradient_penalty=10" in guard.message


def test_other_causes_name_the_gradients():
    broken = losses.AdversarialLoss(
        "root",
        lambda real, fake: tf.reduce_mean(tf.sqrt(fake - 1e6)),
        lambda real, fake: tf.reduce_mean(fake),
        (0.0, 0.0),
    )
    model = tiny.gan(
        loss=broken,
        generator_optimizer=keras.optimizers.SGD(0.001),
        discriminator_optimizer=keras.optimizers.SGD(0.001),
        run_eagerly=True,
    )
    guard = stopped(model, sound_data(), seconds=0.0)
    assert "gradients grew too large; try half the learning rate" in guard.message


def test_good_weights_are_written(tmp_path):
    path = tmp_path / "good.weights.h5"
    model, fresh = tiny.gan(run_eagerly=True), tiny.gan()
    guard = stopped(model, broken_data(), seconds=0.0, path=path)
    assert str(path) in guard.message
    fresh.load_weights(path)
    assert fresh.steps == 2
    assert_same_weights(fresh, model)


def test_path_of_another_kind_is_refused():
    with pytest.raises(ValueError, match=r"path is 'good.h5'; it must end in .weights.h5"):
        guards.StopOnBrokenNumbers(path="good.h5")


def test_weights_that_are_broken_from_the_start():
    model = tiny.gan(run_eagerly=True)
    model.discriminator.layers[0].kernel.assign(np.full((2, 6), np.nan))
    with pytest.warns(RuntimeWarning, match="Training stopped at step 1: .*from the start"):
        model.fit(sound_data(), verbose=0)


def test_a_sound_run_is_left_alone():
    model = tiny.gan(run_eagerly=True)
    guard = guards.StopOnBrokenNumbers(seconds=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        model.fit(tiny.points(16), batch_size=8, epochs=2, callbacks=[guard], verbose=0)
    assert guard.message is None and model.steps == 4 and not model.stop_training


def test_keyboard_interrupt_goes_through_and_keeps_the_weights():
    class Impatient(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1:
                raise KeyboardInterrupt

    model = tiny.gan(run_eagerly=True)
    with pytest.raises(KeyboardInterrupt):
        model.fit(tiny.points(40), batch_size=8, callbacks=[Impatient()], verbose=0)
    assert model.steps == 2
    model.fit(tiny.points(8), batch_size=8, verbose=0)  # and it can go on
    assert model.steps == 3


def test_data_without_an_order_are_left_alone():
    guards.DataOrder([1, 2, 3]).on_epoch_begin(0)


@pytest.mark.parametrize("calls", [(4,), (1, 1, 2)])
def test_each_pass_has_its_own_order_whoever_calls_fit(calls):
    """Eight samples and two left out a pass: what `fit` sees does not depend on its calls."""
    model, dataset = tiny.gan(run_eagerly=True), gh.data.pipeline(tiny.points(10), 8, seed=0)
    seen = []
    step = model.train_step
    model.train_step = lambda batch: (seen.append(batch.numpy()), step(batch))[1]
    for epochs in calls:
        model.fit(dataset, epochs=epochs, verbose=0)
    dataset.epoch.assign(0)
    wanted = [batch.numpy() for _ in range(4) for batch in dataset]
    np.testing.assert_array_equal(seen, wanted)


def test_a_pass_that_was_begun_does_not_come_again():
    model, dataset = tiny.gan(run_eagerly=True), gh.data.pipeline(tiny.points(24), 8, seed=0)
    model.fit(dataset, steps_per_epoch=1, epochs=1, verbose=0)
    guards_order = guards.DataOrder(dataset)
    guards_order.set_model(model)
    guards_order.on_epoch_begin(0)
    assert (model.steps, int(dataset.epoch)) == (1, 1)


def test_a_dataset_without_end_goes_on_where_the_last_fit_stopped():
    """Epochs of five steps, passes over the data of three."""
    model, dataset = tiny.gan(run_eagerly=True), gh.data.pipeline(tiny.points(24), 8, repeat=True)
    seen = []
    step = model.train_step
    model.train_step = lambda batch: (seen.append(batch.numpy()), step(batch))[1]
    for epochs in (1, 2):
        model.fit(dataset, steps_per_epoch=5, epochs=epochs, verbose=0)
    dataset.step.assign(0)
    np.testing.assert_array_equal(seen, [batch.numpy() for batch in dataset.take(15)])
