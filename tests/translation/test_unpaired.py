"""The unpaired translator against a step written out by hand, and against bad input."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from weights import assert_same_weights

import gan_helpers as gh
from gan_helpers.translation import UnpairedTranslator

SHAPE = (8, 8, 3)


def generator(shape=SHAPE, seed=0):
    """Return a translator of one convolution, smooth in all its weights."""
    weights = keras.initializers.RandomNormal(stddev=0.3, seed=seed)
    convolve = keras.layers.Conv2D(
        shape[-1], 3, padding="same", activation="tanh", kernel_initializer=weights
    )
    return keras.Sequential([keras.Input(shape), convolve])


def discriminator(shape=SHAPE, seed=0):
    weights = keras.initializers.RandomNormal(stddev=0.3, seed=seed + 10)
    convolve = keras.layers.Conv2D(1, 3, 2, padding="same", kernel_initializer=weights)
    return keras.Sequential([keras.Input(shape), convolve])


def make(pool_size=4, **options):
    """Return a translator that plain gradient descent trains."""
    model = UnpairedTranslator(
        generator(seed=1),
        generator(seed=2),
        discriminator(seed=1),
        discriminator(seed=2),
        pool_size,
    )
    options.setdefault("generator_optimizer", keras.optimizers.SGD(0.3))
    options.setdefault("discriminator_optimizer", keras.optimizers.SGD(0.1))
    model.compile(**options)
    return model


def pictures(count=12, seed=0, shape=SHAPE):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape)).astype(np.uint8)


def batches(batch_size=3, seed=0, **options):
    sides = pictures(seed=1), pictures(15, seed=2)
    return gh.data.unpaired_pipeline(*sides, batch_size, seed, **options)


def first_batch():
    return next(iter(batches()))


# --- one step ------------------------------------------------------------------------------------


def mean(values):
    return tf.reduce_mean(values)


def step_by_hand(model, a, b, cycle, identity):
    """Move all four networks as the paper's equations say, least squares, plain descent."""
    g, f, d_a, d_b = model.a_to_b, model.b_to_a, model.discriminator_a, model.discriminator_b
    fake_a, fake_b = f(b).numpy(), g(a).numpy()
    with tf.GradientTape(persistent=True) as tape:
        adversarial = mean((d_b(g(a)) - 1) ** 2) / 2 + mean((d_a(f(b)) - 1) ** 2) / 2
        there_and_back = mean(abs(f(g(a)) - a)) + mean(abs(g(f(b)) - b))
        same = mean(abs(g(b) - b)) + mean(abs(f(a) - a))
        total = adversarial + cycle * there_and_back + identity * same
    generator_moves = [(n, tape.gradient(total, n.trainable_variables)) for n in (g, f)]
    with tf.GradientTape(persistent=True) as tape:
        loss_a = mean((d_a(a) - 1) ** 2) / 2 + mean(d_a(fake_a) ** 2) / 2
        loss_b = mean((d_b(b) - 1) ** 2) / 2 + mean(d_b(fake_b) ** 2) / 2
    moves = [
        (d_a, tape.gradient(loss_a, d_a.trainable_variables)),
        (d_b, tape.gradient(loss_b, d_b.trainable_variables)),
    ]
    for rate, group in ((0.3, generator_moves), (0.1, moves)):
        for network, gradients in group:
            for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
                variable.assign_sub(rate * gradient)
    return {
        "generator_loss": adversarial / 2,
        "discriminator_loss": (loss_a + loss_b) / 2,
        "cycle": there_and_back / 2,
        "identity": same / 2 if identity else 0.0,
    }


@pytest.mark.parametrize(("cycle", "identity"), [(10.0, 0.0), (10.0, 5.0), (0.0, 0.0), (2.0, 0.5)])
def test_step_equals_a_step_by_hand(cycle, identity):
    model, twin = (make(cycle=cycle, identity=identity, run_eagerly=True) for _ in range(2))
    a, b = first_batch()
    found = model.train_step((a, b))
    wanted = step_by_hand(twin, a, b, cycle, identity)
    for name in ("a_to_b", "b_to_a", "discriminator_a", "discriminator_b"):
        pairs = zip(
            getattr(model, name).get_weights(), getattr(twin, name).get_weights(), strict=True
        )
        for one, other in pairs:
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-6, err_msg=name)
    for name, value in wanted.items():
        assert float(found[name]) == pytest.approx(float(value), abs=1e-6), name


@pytest.mark.parametrize("loss", list(gh.losses.LOSSES))
def test_each_loss_moves_each_weight(loss):
    model = make(loss=loss, identity=1.0)
    before = [variable.numpy() for variable in model.trainable_variables]
    model.fit(batches(), epochs=1, verbose=0)
    for variable, old in zip(model.trainable_variables, before, strict=True):
        if loss in ("wasserstein", "relativistic") and variable.path.endswith("bias"):
            continue  # a constant added to all logits changes nothing there
        assert not np.array_equal(variable.numpy(), old), variable.path


def test_discriminators_see_the_pool():
    """With a full pool the discriminators move as they would on exchanged fakes."""
    model, newest, reseeded = (
        make(size, seed=seed, run_eagerly=True) for size, seed in ((3, 0), (0, 0), (3, 1))
    )
    for _ in range(6):
        for each in (model, newest, reseeded):
            each.train_step(first_batch())
    assert not np.array_equal(model.pool_a.pictures, reseeded.pool_a.pictures)
    assert int(model.pool_a.stored) == int(model.pool_b.stored) == 3
    assert np.abs(model.pool_a.pictures.numpy()).min(axis=(1, 2, 3)).shape == (3,)
    one, other = model.discriminator_a.get_weights(), newest.discriminator_a.get_weights()
    assert not np.array_equal(one[0], other[0])


class Watched(keras.layers.Layer):
    """Passes pictures on, and notes whether it was called in training mode."""

    def __init__(self, **options):
        super().__init__(**options)
        self.modes = []

    def call(self, images, training=False):
        self.modes.append(training)
        return images


def test_all_four_networks_run_in_training_mode():
    given, watched = {}, []
    for name in UnpairedTranslator.NETWORKS:
        build = discriminator if name.startswith("discriminator") else generator
        watched.append(Watched())
        given[name] = keras.Sequential([keras.Input(SHAPE), watched[-1], build()])
    model = UnpairedTranslator(**given)
    model.compile(run_eagerly=True)
    for layer in watched:
        layer.modes.clear()
    model.train_step(first_batch())
    assert [set(layer.modes) for layer in watched] == [{True}] * 4


def test_compiled_steps_equal_eager_steps():
    eager, compiled = make(run_eagerly=True), make()
    for model in (eager, compiled):
        model.fit(batches(), epochs=2, verbose=0)
    assert_same_weights(eager, compiled, 1e-5)


# --- averages and pictures -----------------------------------------------------------------------


def test_without_average_the_newest_generators_translate():
    model = make(ema=0.0)
    model.fit(batches(), epochs=1, verbose=0)
    for direction in ("a_to_b", "b_to_a"):
        network = getattr(model, direction)
        wanted = gh.data.unscale(network(gh.data.scale(pictures())).numpy())
        assert np.array_equal(model.translate(pictures(), direction, batch_size=5), wanted)
    assert not np.array_equal(
        model.translate(pictures(), "a_to_b"), model.translate(pictures(), "b_to_a")
    )


def test_averages_lag_behind():
    model = make(ema=0.9)
    start = model.a_to_b.get_weights()[0]
    model.fit(batches(), epochs=3, verbose=0)
    now, averaged = model.a_to_b.get_weights()[0], model.ema_a_to_b.get_weights()[0]
    assert 0 < np.abs(averaged - start).sum() < np.abs(now - start).sum()
    assert not model.ema_a_to_b.trainable_variables


def test_what_leaves_the_range_is_clipped():
    network = gh.networks.residual_translator(SHAPE, width=4, blocks=1, patch=2)
    change = network.get_layer("change")
    kernel, bias = change.get_weights()
    change.set_weights([kernel, bias + 3.0])
    other = gh.networks.residual_translator(SHAPE, width=4, blocks=1, patch=2)
    model = UnpairedTranslator(network, other, discriminator(seed=1), discriminator(seed=2))
    assert (model.translate(pictures()) == 255).all()
    assert np.array_equal(model.translate(pictures(), "b_to_a"), pictures())


# --- data ----------------------------------------------------------------------------------------


def order(dataset, side):
    return [batch[side].numpy().tobytes() for batch in dataset]


def test_the_sides_are_shuffled_for_themselves():
    same = pictures(64)
    dataset = gh.data.unpaired_pipeline(same, same, 8, seed=3)
    together = sum(
        bool(np.array_equal(one, other))
        for batch_a, batch_b in dataset
        for one, other in zip(batch_a.numpy(), batch_b.numpy(), strict=True)
    )
    assert together < 8  # one expected


def test_without_end_both_sides_go_on_where_they_are_told_to():
    whole, rest = batches(repeat=True), batches(repeat=True)
    assert whole.cardinality() == tf.data.INFINITE_CARDINALITY
    rest.step.assign(3)
    for found, wanted in zip(rest.take(6), whole.skip(3).take(6), strict=True):
        np.testing.assert_array_equal(found[0], wanted[0])
        np.testing.assert_array_equal(found[1], wanted[1])


def test_an_epoch_and_its_order_are_those_of_the_seed():
    one, other, different = batches(), batches(), batches(seed=1)
    assert one.cardinality() == 4
    for side in (0, 1):
        assert order(one, side) == order(other, side) != order(different, side)
    one.epoch.assign(5)
    other.epoch.assign(5)
    assert int(one.epoch.numpy()) == 5
    repeated = [order(other, 1)]
    other.epoch.assign(5)
    assert order(one, 1) == repeated[0] == order(other, 1) != order(one, 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((pictures(4), pictures(4).astype(float)), "second is float64"),
        ((pictures(4)[..., 0], pictures(4)), "first has the shape"),
        ((pictures(4), pictures(4, shape=(8, 6, 3))), "bring both to one size"),
        ((pictures(4), pictures(20), 5), "batch_size is 5"),
        ((pictures(4), pictures(4), 2, 1.5), "seed is 1.5"),
    ],
)
def test_data_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        gh.data.unpaired_pipeline(*arguments)


# --- saved, resumed, broken ----------------------------------------------------------------------


def test_saved_and_loaded_goes_on_as_if_nothing_had_been(tmp_path):
    model = make(generator_optimizer=keras.optimizers.Adam(0.01), ema=0.9)
    model.fit(batches(), epochs=2, verbose=0)
    model.save(tmp_path / "translator.keras")
    loaded = UnpairedTranslator.load(tmp_path / "translator.keras")
    assert (loaded.cycle, loaded.ema, loaded.steps) == (model.cycle, model.ema, model.steps)
    assert int(loaded.pool_a.stored) == 4
    assert np.array_equal(loaded.translate(pictures()), model.translate(pictures()))
    for each in (model, loaded):
        each.fit(batches(), epochs=3, initial_epoch=2, verbose=0)
    assert_same_weights(model, loaded)


def test_other_files_are_refused(tmp_path):
    generator().save(tmp_path / "other.keras")
    with pytest.raises(ValueError, match="holds a Sequential, not a UnpairedTranslator"):
        UnpairedTranslator.load(tmp_path / "other.keras")


class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


def test_a_resumed_run_ends_with_the_very_same_weights(tmp_path):
    through, interrupted, resumed = make(), make(), make()
    through.fit(batches(), epochs=4, verbose=0)
    backup = keras.callbacks.BackupAndRestore
    with pytest.raises(KeyboardInterrupt):
        interrupted.fit(batches(), epochs=4, verbose=0, callbacks=[backup(tmp_path), Interrupt()])
    resumed.fit(batches(), epochs=4, verbose=0, callbacks=[backup(tmp_path)])
    assert resumed.steps == through.steps == 16
    assert_same_weights(through, resumed)


def test_training_stops_at_broken_numbers():
    model = make(run_eagerly=True)
    before = model.get_weights()
    broken = tf.data.Dataset.from_tensors((tf.fill((2, *SHAPE), np.nan), tf.zeros((2, *SHAPE))))
    with pytest.warns(RuntimeWarning, match="the data holds NaN"):
        model.fit(broken, epochs=3, verbose=0)
    for one, other in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(one, other)


# --- bad input -----------------------------------------------------------------------------------

SMALL, GRAY = (4, 4, 3), (8, 8, 1)


def networks(**changes):
    given = {
        "a_to_b": generator(),
        "b_to_a": generator(),
        "discriminator_a": discriminator(),
        "discriminator_b": discriminator(),
    }
    return UnpairedTranslator(**{**given, **changes})


SHARED = generator()
FROZEN = generator()
FROZEN.trainable = False


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"a_to_b": "a network"}, "a_to_b is a str"),
        ({"a_to_b": SHARED, "b_to_a": SHARED}, "are the same object"),
        ({"b_to_a": generator(SMALL)}, "a_to_b makes pictures of shape"),
        ({"discriminator_b": discriminator(SMALL)}, "discriminator_b takes pictures of shape"),
        ({"discriminator_a": generator()}, "discriminator_a returns"),
        ({"b_to_a": FROZEN}, "b_to_a has no weights to train"),
        ({"pool_size": -1}, "the pool's size is -1"),
    ],
)
def test_networks_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        networks(**changes)


def test_a_network_that_was_frozen_since_is_refused():
    model = networks()
    model.b_to_a.trainable = False
    with pytest.raises(ValueError, match="b_to_a has no weights to train"):
        model.compile()


SAME = keras.optimizers.Adam()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "cycle"}, "loss is 'cycle'"),
        ({"cycle": -1.0}, "cycle is -1.0"),
        ({"identity": np.nan}, "identity is nan"),
        ({"cycle": True}, "cycle is True"),
        ({"ema": 1.0}, "ema is 1.0"),
        ({"seed": -1}, "seed is -1"),
        ({"generator_optimizer": "adam"}, "generator_optimizer is 'adam'"),
        ({"generator_optimizer": SAME, "discriminator_optimizer": SAME}, "the same object"),
    ],
)
def test_settings_out_of_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        networks().compile(**options)


def test_identity_needs_one_shape():
    to_gray = keras.Sequential([keras.Input(SHAPE), keras.layers.Conv2D(1, 1)])
    to_color = keras.Sequential([keras.Input(GRAY), keras.layers.Conv2D(3, 1)])
    model = networks(a_to_b=to_gray, b_to_a=to_color, discriminator_b=discriminator(GRAY))
    with pytest.raises(ValueError, match="compile with identity=0"):
        model.compile()
    model.compile(identity=0)
    model.fit(
        gh.data.unpaired_pipeline(pictures(4), pictures(4, shape=GRAY), 2), epochs=1, verbose=0
    )
    assert model.translate(pictures(4)).shape == (4, *GRAY)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((4, *SHAPE), np.float32), "x is a ndarray"),
        (tf.data.Dataset.from_tensors(tf.zeros((2, *SHAPE))), "two batches of pictures"),
        (
            tf.data.Dataset.from_tensors((tf.zeros((2, *SHAPE)), tf.zeros((2, *SMALL)))),
            "the batches of b are",
        ),
        (
            tf.data.Dataset.from_tensors((tf.zeros((2, *SHAPE), tf.uint8), tf.zeros((2, *SHAPE)))),
            "the batches of a are uint8",
        ),
    ],
)
def test_data_of_another_kind_are_refused(x, message):
    with pytest.raises(ValueError, match=message):
        make().fit(x)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((pictures(2), "forward"), "direction is 'forward'"),
        ((pictures(2).astype(np.float32),), "images is float32"),
        ((pictures(2, shape=SMALL),), "images has the shape"),
    ],
)
def test_pictures_that_cannot_be_translated_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        make().translate(*arguments)
