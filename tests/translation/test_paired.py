"""The paired translator against a step written out by hand, and against bad input."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from weights import assert_same_weights, copy

import gan_helpers as gh

SOURCE, TARGET = (4, 4, 1), (4, 4, 3)


def generator():
    source = keras.Input(SOURCE)
    hidden = keras.layers.Conv2D(4, 3, padding="same", activation="tanh")(source)
    return keras.Model(source, keras.layers.Conv2D(3, 1, activation="tanh")(hidden))


def discriminator():
    inputs = [keras.Input(SOURCE), keras.Input(TARGET)]
    hidden = keras.layers.Concatenate()(inputs)
    hidden = keras.layers.Conv2D(4, 3, 2, padding="same", activation="tanh")(hidden)
    return keras.Model(inputs, keras.layers.Conv2D(1, 1)(hidden))


def translator(**options):
    """Return a compiled translator; eager, because graphs take longer than so few steps."""
    options.setdefault("run_eagerly", True)
    options.setdefault("generator_optimizer", keras.optimizers.SGD(0.03))
    options.setdefault("discriminator_optimizer", keras.optimizers.SGD(0.02))
    model = gh.translation.PairedTranslator(generator(), discriminator())
    model.compile(**options)
    return model


def floats(count=6, seed=0):
    random = np.random.default_rng(seed)
    return [random.uniform(-1, 1, (count, *shape)).astype(np.float32) for shape in (SOURCE, TARGET)]


def pictures(count=8, seed=0):
    random = np.random.default_rng(seed)
    return [random.integers(0, 256, (count, *shape), dtype=np.uint8) for shape in (SOURCE, TARGET)]


def dataset(count=8, batch_size=4, seed=0):
    return gh.data.pair_pipeline(*pictures(count), batch_size, seed=seed)


# --- one step ------------------------------------------------------------------------------------


def move(network, gradients, rate):
    for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
        if gradient is not None:
            variable.assign_sub(rate * gradient)


def squared_gradients(judge, source, target):
    """Return E |grad_y of the mean logit|^2, picture by picture."""
    total = 0.0
    for number in range(len(source)):
        picture = target[number : number + 1]
        with tf.GradientTape() as tape:
            tape.watch(picture)
            logit = tf.reduce_mean(judge([source[number : number + 1], picture]))
        total += tf.reduce_sum(tape.gradient(logit, picture) ** 2)
    return total / len(source)


def step_by_hand(make, judge, source, target, weights, r1, r2):
    """Isola et al., equations 1, 3 and 4, with the non-saturating generator of section 3.3."""
    adversarial, l1 = weights
    mean, log, sigmoid = tf.reduce_mean, tf.math.log, tf.sigmoid
    fake = tf.stop_gradient(make(source))
    with tf.GradientTape() as tape:
        loss = -mean(log(sigmoid(judge([source, target])))) - mean(
            log(1 - sigmoid(judge([source, fake])))
        )
        penalty = r1 / 2 * squared_gradients(judge, source, target)
        penalty += r2 / 2 * squared_gradients(judge, source, fake)
        total = loss + penalty
    move(judge, tape.gradient(total, judge.trainable_variables), 0.02)
    with tf.GradientTape() as tape:
        fake = make(source)
        difference = mean(tf.abs(target - fake))
        fooled = -mean(log(sigmoid(judge([source, fake]))))
        objective = adversarial * fooled + l1 * difference
    move(make, tape.gradient(objective, make.trainable_variables), 0.03)
    return {
        "discriminator_loss": loss,
        "penalty": penalty,
        "generator_loss": fooled,
        "l1": difference,
    }


@pytest.mark.parametrize("weights", [(1.0, 100.0), (0.5, 3.0), (1.0, 0.0)])
@pytest.mark.parametrize(("r1", "r2"), [(0, 0), (2.0, 0), (0.7, 3.0)])
def test_step_equals_a_step_by_hand(weights, r1, r2):
    options = {"adversarial": weights[0], "l1": weights[1], "r1": r1, "r2": r2}
    model = translator(loss="non_saturating", **options)
    make, judge = copy(model.generator), copy(model.discriminator)
    source, target = map(tf.constant, floats())
    found = model.train_step((source, target))
    wanted = step_by_hand(make, judge, source, target, weights, r1, r2)
    assert_same_weights(model.discriminator, judge, 1e-6)
    assert_same_weights(model.generator, make, 1e-6)
    for name, value in wanted.items():
        assert float(found[name]) == pytest.approx(float(value), abs=1e-5), name
    assert model.steps == 1


@pytest.mark.parametrize("loss", list(gh.losses.LOSSES))
def test_every_loss_trains_both_networks(loss):
    model = translator(loss=loss, r1=1.0, penalty_every=2)
    before = copy(model.generator), copy(model.discriminator)
    history = model.fit(dataset(), epochs=2, verbose=0).history
    assert all(np.isfinite(values).all() for values in history.values())
    for network, old in zip((model.generator, model.discriminator), before, strict=True):
        gap = [
            np.abs(a - b).max()
            for a, b in zip(network.get_weights(), old.get_weights(), strict=True)
        ]
        assert max(gap) > 0


def test_compiled_steps_equal_eager_steps():
    models = [translator(r1=1.0, penalty_every=2, run_eagerly=eager) for eager in (True, False)]
    models[1].set_weights(models[0].get_weights())
    for model in models:
        model.fit(dataset(), verbose=0)
    assert_same_weights(*models, 1e-5)


def test_l1_alone_leaves_the_discriminator_as_it_is():
    model = translator(adversarial=0, l1=1.0)
    before = copy(model.discriminator)
    history = model.fit(dataset(), epochs=10, verbose=0).history
    assert_same_weights(model.discriminator, before)
    assert list(history) == ["l1"]
    assert history["l1"][-1] < history["l1"][0]


def test_lazy_penalties_come_at_every_kth_step_times_k():
    model = translator(r1=1.0, penalty_every=3)
    batch = tuple(map(tf.constant, floats()))
    seen = []
    for _ in range(4):
        model.reset_metrics()
        seen.append(float(model.train_step(batch)["penalty"]))
    assert seen[0] > 0 and seen[3] > 0 and seen[1] == seen[2] == 0


# --- use -----------------------------------------------------------------------------------------


def test_translate_draws_with_the_average_in_inference_mode():
    source = keras.Input(SOURCE)
    hidden = keras.layers.BatchNormalization(momentum=0.5)(keras.layers.Conv2D(3, 1)(source))
    make = keras.Model(source, keras.layers.Activation("tanh")(hidden))
    model = gh.translation.PairedTranslator(make, discriminator())
    model.compile(ema=0.9)
    model.fit(dataset(), epochs=3, verbose=0)
    assert np.any(make.layers[2].moving_mean != 0)  # so it has learned in training mode
    live, average = make.get_weights()[0], model.ema_generator.get_weights()[0]
    assert not np.array_equal(live, average)  # the average lags behind
    sources = pictures()[0]
    drawn = model.translate(sources)
    assert drawn.shape == (8, *TARGET) and drawn.dtype == np.uint8
    wanted = model.ema_generator(gh.data.scale(sources), training=False).numpy()
    np.testing.assert_array_equal(drawn, gh.data.unscale(wanted))
    # each picture by itself: no batch statistics
    np.testing.assert_array_equal(drawn[:1], model.translate(sources[:1]))
    np.testing.assert_array_equal(drawn, model.translate(sources, batch_size=3))


def test_pairs_of_other_floats_are_taken():
    pairs = tuple(part.astype(np.float64) for part in floats(4))
    model = translator()
    model.fit(tf.data.Dataset.from_tensor_slices(pairs).batch(2), verbose=0)
    assert model.steps == 2


def test_networks_that_do_not_tell_their_shapes_are_refused():
    unbuilt = keras.Sequential([keras.layers.Conv2D(3, 1)])
    with pytest.raises(ValueError, match="that does not tell its inputs"):
        gh.translation.PairedTranslator(unbuilt, discriminator())


def test_in_evaluate_each_pair_counts_once():
    """Nine pairs, of which the last batch has one."""
    pairs, model = tuple(floats(9)), translator()
    found = [
        model.evaluate(tf.data.Dataset.from_tensor_slices(pairs).batch(size), verbose=0)
        for size in (8, 9)
    ]
    np.testing.assert_allclose(found[0], found[1], rtol=1e-5)


def test_the_settings_of_lesson_13_give_both_players_one_rate():
    settings = gh.translation.paired_settings()
    players = [settings[f"{name}_optimizer"] for name in ("generator", "discriminator")]
    assert [float(player.learning_rate) for player in players] == pytest.approx([1e-3, 1e-3])
    assert (settings["adversarial"], settings["l1"], settings["ema"]) == (1.0, 10.0, 0.99)


def test_evaluate_gives_the_error_of_what_translate_draws():
    model = translator()
    model.fit(dataset(), epochs=2, verbose=0)
    sources, targets = pictures(8, seed=5)
    found = model.evaluate(gh.data.pair_pipeline(sources, targets, 8), verbose=0, return_dict=True)
    gap = np.abs(model.translate(sources).astype(float) - targets).mean() / 127.5
    assert list(found) == ["l1"]
    assert float(found["l1"]) == pytest.approx(gap, abs=3e-3)


# --- again, and on -------------------------------------------------------------------------------


def test_a_seed_repeats():
    models = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        models.append(translator(r1=1.0))
        models[-1].fit(dataset(), epochs=2, verbose=0)
    assert_same_weights(*models)


def test_a_saved_translator_goes_on_as_if_nothing_had_happened(tmp_path):
    schedule = keras.optimizers.schedules.PolynomialDecay(1.0, 5)
    options = {
        "loss": "hinge",
        "l1": 7.0,
        "r1": schedule,
        "penalty_every": 2,
        "generator_optimizer": keras.optimizers.Adam(1e-3),
        "discriminator_optimizer": keras.optimizers.Adam(2e-3),
    }
    model = translator(**options)
    model.fit(dataset(), verbose=0)
    model.save(tmp_path / "translator.keras")
    loaded = gh.translation.PairedTranslator.load(tmp_path / "translator.keras")
    assert (loaded.l1, loaded.penalty_every, loaded.steps) == (7.0, 2, model.steps)
    assert loaded.adversarial_loss.name == "hinge"
    loaded.run_eagerly = True
    for each in (model, loaded):
        again = dataset()
        again.epoch.assign(1)
        each.fit(again, epochs=2, initial_epoch=1, verbose=0)
    assert_same_weights(model, loaded)


def test_a_run_resumed_from_its_backup_ends_the_same(tmp_path):
    keras.utils.set_random_seed(0)
    whole = translator()
    first, second = translator(), translator()
    for other in (first, second):
        other.set_weights(whole.get_weights())
    whole.fit(dataset(16), epochs=3, verbose=0)

    class Lost(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        callbacks = [gh.callbacks.backup(tmp_path), Lost()]
        first.fit(dataset(16), epochs=3, callbacks=callbacks, verbose=0)
    second.fit(dataset(16), epochs=3, callbacks=[gh.callbacks.backup(tmp_path)], verbose=0)
    assert_same_weights(second, whole)


def test_another_model_in_the_file_is_refused(tmp_path):
    generator().save(tmp_path / "other.keras")
    with pytest.raises(ValueError, match=r"holds a Functional, not a PairedTranslator"):
        gh.translation.PairedTranslator.load(tmp_path / "other.keras")


def test_broken_numbers_stop_the_run_and_the_weights_stay():
    model = translator()
    broken = dataset().map(lambda source, target: (source, target * np.nan))
    with pytest.warns(RuntimeWarning, match="Training stopped at step 1: .*the data holds NaN"):
        model.fit(broken, epochs=3, verbose=0)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "l2"}, "loss is 'l2'"),
        ({"l1": -1}, "l1 is -1"),
        ({"adversarial": "much"}, "adversarial is 'much'"),
        ({"adversarial": 0, "l1": 0}, "adversarial and l1 are 0: there is nothing to learn"),
        ({"r1": -1}, "r1 is -1"),
        ({"penalty_every": 0}, "penalty_every is 0"),
        ({"ema": 1}, "ema is 1"),
        ({"generator_optimizer": "adam"}, "generator_optimizer is 'adam'"),
    ],
)
def test_compile_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        translator(**options)


def test_networks_that_do_not_fit_are_refused():
    make, judge = generator(), discriminator()
    with pytest.raises(ValueError, match="generator is a str"):
        gh.translation.PairedTranslator("unet", judge)
    with pytest.raises(ValueError, match=r"the discriminator takes 1 inputs; expected \[source"):
        gh.translation.PairedTranslator(make, generator())
    with pytest.raises(ValueError, match=r"judges \(28, 28, 3\) beside \(28, 28, 1\)"):
        gh.translation.PairedTranslator(
            make, gh.networks.patch_discriminator((28, 28, 1), (28, 28, 3), 2)
        )
    with pytest.raises(ValueError, match="expected one picture"):
        gh.translation.PairedTranslator(gh.networks.generator(), judge)


def test_fit_refuses_other_data_before_any_step():
    model = translator()
    sources, targets = pictures()
    with pytest.raises(ValueError, match="x is a ndarray; expected a dataset"):
        model.fit(sources, targets)
    with pytest.raises(ValueError, match="expected two batches of pictures"):
        model.fit(gh.data.pipeline(sources, 4))
    with pytest.raises(
        ValueError, match=r"the batches of sources are \(4, 4, 4, 3\).*exchange the sides"
    ):
        model.fit(gh.data.pair_pipeline(targets, sources, 4))
    with pytest.raises(ValueError, match="sources are uint8"):
        model.fit(tf.data.Dataset.from_tensor_slices((sources, targets)).batch(4))
    assert model.steps == 0


def test_what_leaves_the_range_is_clipped():
    """As `residual_translator` promises, whose last layer sets no bounds."""
    source = keras.Input(SOURCE)
    make = keras.Model(source, keras.layers.Conv2D(3, 1, kernel_initializer="ones")(5.0 * source))
    model = gh.translation.PairedTranslator(make, discriminator())
    drawn = model.translate(np.uint8([[[[0]] * 4] * 4, [[[255]] * 4] * 4]))
    assert drawn[0].max() == 0 and drawn[1].min() == 255


def test_translate_refuses_other_pictures():
    model = translator()
    sources, targets = pictures()
    with pytest.raises(ValueError, match=r"sources has the shape \(8, 4, 4, 3\)"):
        model.translate(targets)
    with pytest.raises(ValueError, match="sources is float32"):
        model.translate(sources.astype(np.float32))


# --- with the rest of the package ----------------------------------------------------------------


def test_translations_are_scored_like_the_fakes_of_any_gan(digits):
    shape = (28, 28, 1)
    model = gh.translation.PairedTranslator(
        gh.networks.unet(shape, 1, 2), gh.networks.patch_discriminator(shape, shape, 2)
    )
    score = gh.evaluation.score(model.translate(255 - digits[:60]), digits[60:120], minimum=60)
    assert score["n"] == 60 and score["net"].startswith("mnist ")
    assert score["fid"] > score["floor"]["fid"]
