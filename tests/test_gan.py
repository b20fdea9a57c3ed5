"""The GAN against a step written out by hand, and against bad input."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny
from weights import assert_same_weights, copy

import gan_helpers as gh

LOSSES = ("minimax", "non_saturating", "least_squares", "wasserstein", "hinge", "relativistic")


# --- one step ------------------------------------------------------------------------------------


def discriminator_loss(name, real, fake):
    """Each equation as its paper writes it, on sigmoids where it has them."""
    mean = tf.reduce_mean
    if name in ("minimax", "non_saturating"):
        return -mean(tf.math.log(tf.sigmoid(real))) - mean(tf.math.log(1 - tf.sigmoid(fake)))
    if name == "least_squares":
        return mean((real - 1) ** 2) / 2 + mean(fake**2) / 2
    if name == "wasserstein":
        return mean(fake) - mean(real)
    if name == "hinge":
        return mean(tf.maximum(0.0, 1 - real)) + mean(tf.maximum(0.0, 1 + fake))
    return -mean(tf.math.log(tf.sigmoid(real - fake)))


def generator_loss(name, real, fake):
    mean = tf.reduce_mean
    if name == "minimax":
        return mean(tf.math.log(1 - tf.sigmoid(fake)))
    if name == "non_saturating":
        return -mean(tf.math.log(tf.sigmoid(fake)))
    if name == "least_squares":
        return mean((fake - 1) ** 2) / 2
    if name in ("wasserstein", "hinge"):
        return -mean(fake)
    return -mean(tf.math.log(tf.sigmoid(fake - real)))


def input_gradient(network, point):
    """Return the gradient of the logit of a single point."""
    point = tf.convert_to_tensor(point[np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(point)
        logit = network(point)
    return tape.gradient(logit, point)[0]


def penalties(network, real, fake, mix, r1, r2, weight):
    """Return the three penalties, picture by picture."""
    total = 0.0
    for number in range(len(real)):
        total += r1 / 2 * tf.reduce_sum(input_gradient(network, real[number]) ** 2)
        total += r2 / 2 * tf.reduce_sum(input_gradient(network, fake[number]) ** 2)
        between = mix[number] * real[number] + (1 - mix[number]) * fake[number]
        total += weight * (tf.norm(input_gradient(network, between)) - 1) ** 2
    return total / len(real)


def step_by_hand(generator, discriminator, name, real, latent, mix, rates, weights):
    """Move both networks by plain gradient descent, the discriminator first."""
    fake = generator(latent).numpy()
    with tf.GradientTape() as tape:
        loss = discriminator_loss(name, discriminator(real), discriminator(fake))
        total = loss + penalties(discriminator, real, fake, mix, *weights)
    move(discriminator, tape.gradient(total, discriminator.trainable_variables), rates[1])
    with tf.GradientTape() as tape:
        answer = generator_loss(name, discriminator(real), discriminator(generator(latent)))
    move(generator, tape.gradient(answer, generator.trainable_variables), rates[0])
    return {"discriminator_loss": loss, "generator_loss": answer, "penalty": total - loss}


def move(network, gradients, rate):
    for variable, gradient in zip(network.trainable_variables, gradients, strict=True):
        if gradient is not None:  # the last bias of a Wasserstein critic has none
            variable.assign_sub(rate * gradient)


def changed(network, before):
    """Return whether any weight differs from those before."""
    return any(
        not np.array_equal(one, other)
        for one, other in zip(network.get_weights(), before, strict=True)
    )


@pytest.fixture
def mixes(monkeypatch):
    """Return the list of the mixes that the WGAN-GP penalty gets from now on (eagerly)."""
    seen = []
    penalty = gh.losses.gradient_penalty

    def listening(discriminator, real, fake, mix, pack):
        seen.append(mix.numpy())
        return penalty(discriminator, real, fake, mix, pack)

    monkeypatch.setattr(gh.losses, "gradient_penalty", listening)
    return seen


@pytest.mark.parametrize("weights", [(0, 0, 0), (0.7, 0, 0), (0, 0.9, 0), (0, 0, 10), (1, 2, 3)])
@pytest.mark.parametrize("name", LOSSES)
def test_step_equals_a_step_by_hand(name, weights, mixes):
    r1, r2, weight = weights
    model = tiny.gan(loss=name, r1=r1, r2=r2, gradient_penalty=weight, run_eagerly=True)
    generator, discriminator = copy(model.generator), copy(model.discriminator)
    real = tiny.points()
    latent = model.draw_latent(len(real))

    found = model.train_step(tf.constant(real))
    mix = mixes[0] if mixes else np.zeros(len(real), np.float32)
    wanted = step_by_hand(generator, discriminator, name, real, latent, mix, (0.3, 0.1), weights)

    assert_same_weights(model.discriminator, discriminator, 1e-6)
    assert_same_weights(model.generator, generator, 1e-6)
    for entry, value in wanted.items():
        # The penalty here is a difference of two sums, which costs a digit.
        assert float(found[entry]) == pytest.approx(float(value), abs=1e-5), entry


def test_tape_of_a_player_records_its_weights_alone():
    gan = tiny.gan()
    with gh.training.watch(gan.generator) as tape:
        logits = gan.discriminator(gan.generator(tf.ones((2, tiny.LATENT_DIM))))
    weights = [variable.value for variable in gan.generator.trainable_variables]
    assert [id(found) for found in tape.watched_variables()] == [id(one) for one in weights]
    assert all(np.any(gradient) for gradient in tape.gradient(logits, weights))


def test_compiled_steps_equal_eager_steps():
    eager, compiled = (
        tiny.gan(r1=0.5, r2=0.5, penalty_every=2, run_eagerly=eagerly) for eagerly in (True, False)
    )
    compiled.set_weights(eager.get_weights())
    for model in (eager, compiled):
        model.fit(tiny.points(40), batch_size=8, shuffle=False, verbose=0)
    assert eager.steps == compiled.steps == 5
    assert_same_weights(eager.generator, compiled.generator, 1e-5)
    assert_same_weights(eager.discriminator, compiled.discriminator, 1e-5)


def test_mix_is_uniform_and_new_at_each_step(mixes):
    model = tiny.gan(loss="wasserstein", gradient_penalty=10.0, run_eagerly=True)
    for _ in range(3):
        model.train_step(tf.constant(tiny.points(4000)))
    assert not np.array_equal(mixes[0], mixes[1])
    for mix in mixes:
        assert mix.shape == (4000,) and mix.min() >= 0 and mix.max() <= 1
        shares, _ = np.histogram(mix, bins=10, range=(0, 1))
        # Each tenth gets 400 +- 19; five standard deviations leave no room for chance.
        assert np.abs(shares - 400).max() < 95


@pytest.mark.parametrize("mover", ["generator", "discriminator"])
def test_each_optimizer_moves_its_own_network(mover):
    rates = {"generator": 0.0, "discriminator": 0.0, mover: 0.1}
    model = tiny.gan(
        generator_optimizer=keras.optimizers.SGD(rates["generator"]),
        discriminator_optimizer=keras.optimizers.SGD(rates["discriminator"]),
        r1=0.5,
        r2=0.5,
        run_eagerly=True,
    )
    before = {name: getattr(model, name).get_weights() for name in rates}
    model.train_step(tf.constant(tiny.points()))
    for name in rates:
        assert changed(getattr(model, name), before[name]) == (name == mover)
    for name in rates:
        assert int(getattr(model, f"{name}_optimizer").iterations) == 1


def test_the_discriminators_loss_sees_no_way_back_to_the_generator():
    seen = []

    def watched(real_logits, fake_logits):
        seen.append(fake_logits)
        return tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)

    loss = gh.losses.AdversarialLoss("watched", watched, watched, (0.0, 0.0))
    model = tiny.gan(loss=loss, run_eagerly=True)
    with tf.GradientTape(persistent=True) as tape:
        model.train_step(tf.constant(tiny.points()))
    for_discriminator, for_generator = (
        tape.gradient(logits, model.generator.trainable_variables)
        for logits in seen[-2:]  # those before belong to the check in `compile`
    )
    assert all(gradient is None for gradient in for_discriminator)
    assert all(gradient is not None for gradient in for_generator)


def test_both_networks_run_in_training_mode(digits):
    shape = (28, 28, 1)
    model = gh.GAN(
        gh.networks.generator(shape, latent_dim=4, width=2, family="dcgan"),
        gh.networks.discriminator(shape, width=2, family="dcgan"),
    )
    model.compile(run_eagerly=True)
    for network in (model.generator, model.discriminator):
        (norm, *_) = [x for x in network.layers if isinstance(x, keras.layers.BatchNormalization)]
        before = norm.moving_mean.numpy()
        model.train_step(tf.constant(gh.data.scale(digits[:8])))
        assert not np.array_equal(norm.moving_mean.numpy(), before), network.name


def test_no_network_is_asked_in_inference_mode():
    modes = []

    class Watched(keras.layers.Layer):
        def call(self, inputs, training=False):
            modes.append(training)
            return inputs

    networks = []
    for network in (tiny.generator(), tiny.discriminator()):
        inputs = keras.Input(network.input_shape[1:])
        networks.append(keras.Model(inputs, network(Watched()(inputs))))
    model = gh.GAN(*networks)
    model.compile(run_eagerly=True)
    modes.clear()
    model.train_step(tf.constant(tiny.points(8)))
    assert modes == [True] * 5  # G once, D on both kinds in both halves


# --- penalties and the average -------------------------------------------------------------------


def test_lazy_penalty_counts_k_times_at_every_kth_step_and_not_between():
    lazy = tiny.gan(r1=0.7, r2=0.3, penalty_every=3)
    eager = tiny.gan(r1=0.7, r2=0.3)
    eager.set_weights(lazy.get_weights())
    real = tf.constant(tiny.points())
    for step in range(7):
        eager.set_weights(lazy.get_weights())  # the same start for every step, the counter too
        penalties_of_step = []
        for model in (lazy, eager):
            model.reset_metrics()
            penalties_of_step.append(float(model.train_step(real)["penalty"]))
        factor = 3 if step % 3 == 0 else 0
        assert penalties_of_step[0] == pytest.approx(factor * penalties_of_step[1], rel=1e-5)
        assert penalties_of_step[1] > 0


def test_penalty_may_follow_a_schedule_of_the_step(tmp_path):
    falling = keras.optimizers.schedules.PolynomialDecay(4.0, 4, end_learning_rate=0.0)
    model = tiny.linear_gan(r1=falling)
    found = []
    for _ in range(6):
        model.reset_metrics()
        found.append(float(model.train_step(tf.ones((4, 2)))["penalty"]))
    # gamma / 2 * 2, with gamma falling from 4 to 0 over the first four steps
    assert found == pytest.approx([4, 3, 2, 1, 0, 0], abs=1e-5)
    model.save(tmp_path / "gan.keras")
    assert gh.GAN.load(tmp_path / "gan.keras").r1.get_config() == falling.get_config()


@pytest.mark.parametrize("ema", [0.0, 0.15, 0.9])
def test_average_follows_the_formula(ema):
    model = tiny.gan(ema=ema, run_eagerly=True)
    wanted = model.generator.get_weights()
    for step in range(6):
        model.train_step(tf.constant(tiny.points()))
        decay = min(ema, (1 + step) / (10 + step))  # young averages forget faster
        wanted = [
            decay * average + (1 - decay) * weight
            for average, weight in zip(wanted, model.generator.get_weights(), strict=True)
        ]
        for found, value in zip(model.ema_generator.get_weights(), wanted, strict=True):
            np.testing.assert_allclose(found, value, rtol=0, atol=1e-6)
    assert changed(model.ema_generator, model.generator.get_weights()) == (ema > 0)


def test_average_copies_the_moving_statistics_of_batch_norm(digits):
    shape = (28, 28, 1)
    model = gh.GAN(
        gh.networks.generator(shape, latent_dim=4, width=2, family="dcgan"),
        gh.networks.discriminator(shape, width=2),
    )
    model.compile(ema=0.9, run_eagerly=True)
    for _ in range(2):
        model.train_step(tf.constant(gh.data.scale(digits[:4])))
    trainable = {variable.path for variable in model.generator.trainable_variables}
    pairs = zip(model.generator.variables, model.ema_generator.variables, strict=True)
    statistics = [(a, b) for a, b in pairs if a.path not in trainable and "moving" in a.path]
    assert len(statistics) == 4  # mean and variance of two layers
    assert all(np.array_equal(one, other) for one, other in statistics)
    assert model.ema_generator.trainable_variables == []


# --- history -------------------------------------------------------------------------------------

LOG_2 = np.log(2)


def softplus(value):
    return np.log1p(np.exp(value))


@pytest.mark.parametrize(
    ("name", "losses"),
    [
        ("minimax", (2 * softplus(-2), -softplus(-2))),
        ("non_saturating", (2 * softplus(-2), softplus(2))),
        ("least_squares", (0.5 * 1 + 0.5 * 4, 0.5 * 9)),
        ("wasserstein", (-4, 2)),
        ("hinge", (0, 2)),
        ("relativistic", (softplus(-4), softplus(4))),
    ],
)
def test_history_holds_known_values(name, losses):
    model = tiny.linear_gan(loss=name, r1=3.0, r2=1.0, gradient_penalty=10.0)
    history = model.fit(np.ones((12, 2), np.float32), batch_size=4, epochs=2, verbose=0).history
    assert set(history) == set(gh.gan.METRICS)
    # |grad D|^2 is 2 everywhere, the logits are 2 and -2.
    penalty = 3 / 2 * 2 + 1 / 2 * 2 + 10 * (np.sqrt(2) - 1) ** 2
    wanted = {
        "discriminator_loss": losses[0],
        "generator_loss": losses[1],
        "real_accuracy": 1.0,
        "fake_accuracy": 1.0,
        "real_logit": 2.0,
        "fake_logit": -2.0,
        "penalty": penalty,
    }
    for entry, value in wanted.items():
        assert history[entry] == pytest.approx([value, value], abs=1e-5), entry


@pytest.mark.parametrize("name", LOSSES)
def test_balance_is_where_reals_and_fakes_look_alike(name):
    model = tiny.linear_gan(loss=name, fake=0.0)
    # Where D says "half" to everything: probability 1/2, or 1/2 itself for least squares.
    model.discriminator.layers[0].set_weights(
        [np.zeros((2, 1)), np.full(1, 0.5 if name == "least_squares" else 0.0)]
    )
    history = model.fit(np.ones((4, 2), np.float32), batch_size=4, verbose=0).history
    balance = gh.losses.LOSSES[name].balance
    assert history["discriminator_loss"][0] == pytest.approx(balance[0], abs=1e-6)
    assert history["generator_loss"][0] == pytest.approx(balance[1], abs=1e-6)


@pytest.mark.parametrize(
    ("name", "real", "fake", "accuracy"),
    [
        # Reals have twice these numbers as logits; fakes too.
        ("non_saturating", [0.1, -0.1], 0.1, (0.5, 0.0)),
        ("non_saturating", [0.1, -0.1], -0.1, (0.5, 1.0)),
        ("hinge", [0.1, 0.1], -0.1, (1.0, 1.0)),
        ("least_squares", [0.2, 0.3], 0.2, (0.5, 1.0)),
        ("least_squares", [0.2, 0.3], 0.3, (0.5, 0.0)),
        # No zero point: only which of the two is larger counts.
        ("wasserstein", [9.0, 9.0], 8.0, (1.0, 1.0)),
        ("relativistic", [8.0, 8.0], 9.0, (0.0, 0.0)),
        ("relativistic", [9.0, 7.0], 7.5, (0.5, 1.0)),
    ],
)
def test_accuracy_counts_from_the_right_threshold(name, real, fake, accuracy):
    model = tiny.linear_gan(loss=name, fake=fake)
    data = np.repeat(np.array(real, np.float32)[:, np.newaxis], 2, axis=1)
    history = model.fit(data, batch_size=2, verbose=0).history
    assert (history["real_accuracy"][0], history["fake_accuracy"][0]) == accuracy


def test_own_loss_trains_and_is_not_stored(tmp_path):
    own = gh.losses.AdversarialLoss(
        "mine",
        lambda real, fake: tf.reduce_mean(fake - real),
        lambda real, fake: -tf.reduce_mean(fake),
        balance=(0.0, 0.0),
    )
    model, twin = tiny.gan(loss=own), tiny.gan(loss="wasserstein")
    twin.set_weights(model.get_weights())
    for gan in (model, twin):
        go_on(gan)
    assert_same_weights(model.generator, twin.generator, 1e-6)
    model.save(tmp_path / "gan.keras")
    loaded = gh.GAN.load(tmp_path / "gan.keras")
    assert not loaded.compiled
    assert_same_weights(loaded.generator, model.generator)


def test_own_loss_with_the_name_of_another_is_not_stored(tmp_path):
    own = dataclasses.replace(gh.losses.HINGE, generator=lambda real, fake: tf.reduce_mean(-fake))
    tiny.gan(loss=own).save(tmp_path / "gan.keras")
    assert not gh.GAN.load(tmp_path / "gan.keras").compiled


# --- latent vectors and pictures -----------------------------------------------------------------


def test_latent_vectors_depend_on_seed_and_step_alone():
    one, same, other = (tiny.gan(seed=seed) for seed in (3, 3, 4))
    first = one.draw_latent(5).numpy()
    assert first.shape == (5, tiny.LATENT_DIM) and first.dtype == np.float32
    assert np.array_equal(first, one.draw_latent(5))
    assert np.array_equal(first, same.draw_latent(5))
    assert not np.array_equal(first, other.draw_latent(5))
    same.step_counter.assign(1)
    assert not np.array_equal(first, same.draw_latent(5))
    many = one.draw_latent(20_000).numpy()
    assert abs(many.mean()) < 0.02 and abs(many.std() - 1) < 0.02


def test_latent_vectors_change_from_step_to_step_inside_fit():
    # With rates of zero nothing but the latent vectors can change the fakes' logits.
    model = tiny.gan(
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
    )
    history = model.fit(tiny.points(8), batch_size=8, epochs=4, verbose=0).history
    assert len(set(history["fake_logit"])) == 4


@pytest.fixture(scope="module")
def painter():
    """Return a GAN of 28 x 28 pictures whose average differs from its generator."""
    keras.utils.set_random_seed(0)
    shape = (28, 28, 1)
    model = gh.GAN(
        gh.networks.generator(shape, latent_dim=8, width=4, family="dcgan"),
        gh.networks.discriminator(shape, width=4),
    )
    model.compile(
        generator_optimizer=keras.optimizers.Adam(0.1),  # far from the pale start within 3 steps
        run_eagerly=True,
    )
    noise = np.random.default_rng(0).uniform(-1, 1, (16, *shape)).astype(np.float32)
    for _ in range(3):
        model.train_step(tf.constant(noise))
    return model


def test_generate_returns_pictures(painter):
    pictures = painter.generate(5, seed=0)
    assert pictures.shape == (5, 28, 28, 1) and pictures.dtype == np.uint8
    assert np.array_equal(pictures, painter.generate(5, seed=0))
    assert not np.array_equal(pictures, painter.generate(5, seed=1))
    assert not np.array_equal(painter.generate(5), painter.generate(5))
    # A seed means the same latent vectors for every count.
    assert np.array_equal(pictures[:2], painter.generate(2, seed=0))


def test_generate_uses_the_average_in_inference_mode(painter):
    latent = np.random.default_rng(1).standard_normal((6, 8)).astype(np.float32)
    wanted = gh.data.unscale(painter.ema_generator(latent, training=False).numpy())
    assert np.array_equal(painter.generate(latent=latent), wanted)
    live = gh.data.unscale(painter.generator(latent, training=False).numpy())
    assert not np.array_equal(wanted, live)
    # Not even training=True would change it: its batch norm is frozen with its weights.
    assert not painter.ema_generator.trainable


@pytest.mark.parametrize("batch_size", [1, 4, 7, 100])
def test_generate_does_not_depend_on_the_batches(painter, batch_size):
    whole = painter.generate(10, seed=2).astype(int)
    parts = painter.generate(10, seed=2, batch_size=batch_size).astype(int)
    # Sums of another order may differ in the last bit, and so round to the next gray level.
    assert np.abs(whole - parts).max() <= 1


def test_generate_leaves_points_as_they_are():
    model = tiny.linear_gan(fake=-3.0)
    assert np.array_equal(model.generate(4, seed=0), np.full((4, 2), -3.0, np.float32))


def test_call_is_the_generator(painter):
    latent = tf.zeros((2, 8))
    assert np.array_equal(painter(latent), painter.generator(latent, training=False))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "give either count or latent"),
        ({"count": 1, "latent": np.zeros((1, 8))}, "give either count or latent"),
        ({"count": 0}, "count is 0"),
        ({"count": -3}, "count is -3"),
        ({"count": 2.5}, "count is 2.5"),
        ({"count": 2, "seed": -1}, "seed is -1"),
        ({"count": 2, "batch_size": 0}, "batch_size is 0"),
        ({"latent": np.zeros(8)}, r"latent has the shape \(8,\); expected \(count, 8\)"),
        ({"latent": np.zeros((2, 9))}, r"latent has the shape \(2, 9\)"),
        ({"latent": np.zeros((0, 8))}, r"latent has the shape \(0, 8\)"),
        ({"latent": np.full((1, 8), np.nan)}, "NaN or infinity"),
    ],
)
def test_generate_refuses(painter, arguments, message):
    with pytest.raises(ValueError, match=message):
        painter.generate(**arguments)


# --- saving --------------------------------------------------------------------------------------


def trained():
    model = tiny.gan(
        generator_optimizer=keras.optimizers.Adam(0.01),
        discriminator_optimizer=keras.optimizers.Adam(0.02, beta_1=0.3),
        r1=0.4,
        r2=0.2,
        penalty_every=2,
        ema=0.9,
        seed=11,
    )
    go_on(model)
    return model


def go_on(model):
    for batch in np.split(tiny.points(24), 3):
        model.train_step(tf.constant(batch))


def assert_same_game(one, other):
    for network in ("generator", "discriminator", "ema_generator"):
        assert_same_weights(getattr(one, network), getattr(other, network))
    assert one.steps == other.steps
    for name in ("generator_optimizer", "discriminator_optimizer"):
        pairs = zip(getattr(one, name).variables, getattr(other, name).variables, strict=True)
        assert all(np.array_equal(first, second) for first, second in pairs)


def test_loaded_gan_goes_on_bit_for_bit(tmp_path):
    model = trained()
    model.save(tmp_path / "gan.keras")
    loaded = gh.GAN.load(tmp_path / "gan.keras")
    assert loaded.get_compile_config() == model.get_compile_config()
    assert_same_game(model, loaded)
    assert np.array_equal(model.generate(3, seed=1), loaded.generate(3, seed=1))
    for gan in (model, loaded):
        go_on(gan)
    assert_same_game(model, loaded)


def test_weights_alone_hold_the_whole_game(tmp_path):
    model = trained()
    model.save_weights(tmp_path / "gan.weights.h5")
    fresh = tiny.gan(
        generator_optimizer=keras.optimizers.Adam(0.01),
        discriminator_optimizer=keras.optimizers.Adam(0.02, beta_1=0.3),
    )
    fresh.load_weights(tmp_path / "gan.weights.h5")
    assert_same_game(model, fresh)


def test_clone_is_independent():
    model = trained()
    twin = keras.models.clone_model(model)
    assert type(twin) is gh.GAN
    twin.set_weights(model.get_weights())
    before = twin.get_weights()
    go_on(model)
    assert all(np.array_equal(a, b) for a, b in zip(twin.get_weights(), before, strict=True))
    assert changed(model.generator, twin.generator.get_weights())


def test_load_refuses_what_is_no_gan(tmp_path):
    tiny.generator().save(tmp_path / "other.keras")
    with pytest.raises(ValueError, match="holds a Sequential, not a GAN"):
        gh.GAN.load(tmp_path / "other.keras")


def test_load_says_what_is_wrong_with_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no file"):
        gh.GAN.load(tmp_path / "none.keras")
    (tmp_path / "cut.keras").write_bytes(b"PK")
    with pytest.raises(ValueError, match="no whole"):
        gh.GAN.load(tmp_path / "cut.keras")


def test_load_runs_no_code_from_a_file(tmp_path):
    network = keras.Sequential([keras.Input((4,)), keras.layers.Lambda(lambda x: 2 * x)])
    network.save(tmp_path / "code.keras")
    with pytest.raises(ValueError, match=r"(?i)lambda"):
        gh.GAN.load(tmp_path / "code.keras")


# --- precision -----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("family", ["modern", "dcgan"])
def test_mixed_precision_trains_with_finite_float32_weights(policy, family, digits):
    keras.config.set_dtype_policy(policy)
    shape = (28, 28, 1)
    model = gh.GAN(
        gh.networks.generator(shape, latent_dim=8, width=4, family=family),
        gh.networks.discriminator(shape, width=4, family=family),
    )
    model.compile(r1=0.3, r2=0.3, gradient_penalty=1.0, run_eagerly=True)
    before = {network: network.get_weights() for network in (model.generator, model.discriminator)}
    logs = model.train_step(tf.constant(gh.data.scale(digits[:8])))
    assert all(np.isfinite(float(value)) for value in logs.values())
    for network, weights in before.items():
        assert changed(network, weights)
        assert all(np.isfinite(weight).all() for weight in network.get_weights())
        assert {variable.dtype for variable in network.trainable_variables} == {"float32"}
        assert network.output.dtype == "float32"
    half = policy == "mixed_float16"
    for optimizer in (model.generator_optimizer, model.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer) == half
    assert model.generate(2, seed=0).dtype == np.uint8


# --- bad input -----------------------------------------------------------------------------------


def with_inputs(shape, outputs):
    return keras.Sequential([keras.Input(shape), keras.layers.Dense(outputs)])


@pytest.mark.parametrize(
    ("generator", "discriminator", "message"),
    [
        ("a name", tiny.discriminator, "generator is a str; expected a Keras model"),
        (tiny.generator, 3, "discriminator is a int; expected a Keras model"),
        (lambda: with_inputs((3, 4), 2), tiny.discriminator, "expected latent vectors"),
        (lambda: tiny.generator(dimension=3), tiny.discriminator, "build both for one shape"),
        (tiny.generator, lambda: with_inputs((2,), 2), "expected one logit a sample"),
    ],
)
def test_networks_that_do_not_fit_are_refused(generator, discriminator, message):
    networks = [make() if callable(make) else make for make in (generator, discriminator)]
    with pytest.raises(ValueError, match=message):
        gh.GAN(*networks)


SHARED = keras.optimizers.SGD(0.1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "wgan"}, "loss is 'wgan'; allowed are minimax, .*, or two functions"),
        ({"loss": None}, "loss is None"),
        ({"r1": -0.1}, "r1 is -0.1; it must be a number from 0 on"),
        ({"r2": float("nan")}, "r2 is nan"),
        ({"r1": float("inf")}, "r1 is inf"),
        ({"r1": "strong"}, "r1 is 'strong'"),
        ({"r2": None}, "r2 is None"),
        ({"gradient_penalty": -10}, "gradient_penalty is -10"),
        ({"gradient_penalty": [1.0]}, r"gradient_penalty is \[1.0\]"),
        ({"penalty_every": 0}, "penalty_every is 0; it must be a whole number from 1 on"),
        ({"penalty_every": 2.0}, "penalty_every is 2.0"),
        ({"ema": 1.0}, "ema is 1.0; it must be from 0 to below 1"),
        ({"ema": -0.1}, "ema is -0.1"),
        ({"ema": "slow"}, "ema is 'slow'"),
        ({"seed": -1}, "seed is -1; it must be a whole number from 0 to"),
        ({"seed": 2**31}, "seed is 2147483648"),
        ({"seed": 1.5}, "seed is 1.5"),
        (
            {"generator_optimizer": SHARED, "discriminator_optimizer": SHARED},
            "are the same object; each network needs its own",
        ),
        ({"generator_optimizer": "adam"}, "generator_optimizer is 'adam'; .*Keras optimizer"),
        ({"discriminator_optimizer": 3}, "discriminator_optimizer is 3; .*Keras optimizer"),
    ],
)
def test_compile_refuses(options, message):
    with pytest.raises(ValueError, match=message):
        tiny.gan(**options)


@pytest.mark.parametrize("name", ["generator", "discriminator"])
def test_compile_refuses_a_frozen_network(name):
    model = tiny.gan()
    getattr(model, name).trainable = False
    with pytest.raises(ValueError, match=f"{name} has no weights to train; set {name}.train"):
        model.compile()


def test_networks_for_other_numbers_of_classes_are_refused():
    make, judge = (tiny.conditional_gan(classes=classes) for classes in (3, 5))
    with pytest.raises(ValueError, match="generator knows 3 classes, the discriminator 5"):
        gh.GAN(make.generator, judge.discriminator)


def test_networks_that_do_not_tell_their_inputs_are_refused():
    unbuilt = keras.Sequential([keras.layers.Dense(2)])
    with pytest.raises(ValueError, match=r"generator is a Sequential .* begin a keras.Sequential"):
        gh.GAN(unbuilt, tiny.discriminator())


def labeled():
    return tf.data.Dataset.from_tensor_slices((tiny.points(), np.arange(8))).batch(4)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (labeled, r"more than samples \(labels\?\); this GAN takes samples alone"),
        (lambda: np.zeros((8, 2), np.uint8), "data is uint8; expected float32"),
        (lambda: np.zeros((8, 3), np.float32), r"batches of shape \(8, 3\), but the generator"),
        (lambda: np.float32(3.0) * np.ones(8, np.float32), "batches of shape"),
        (lambda: np.zeros((0, 2), np.float32), "the data is empty"),
        (lambda: None, "fit needs data"),
        (
            lambda: tf.data.Dataset.from_tensor_slices(tiny.points()),
            r"batches of shape \(2,\), but the generator",
        ),
    ],
)
def test_fit_refuses_data_before_it_trains(data, message):
    model = tiny.gan()
    with pytest.raises(ValueError, match=message):
        model.fit(data(), verbose=0)
    assert model.steps == 0


def test_pictures_in_another_range_are_refused_or_named(digits):
    shape = (28, 28, 1)
    model = gh.GAN(
        gh.networks.generator(shape, latent_dim=2, width=2), gh.networks.discriminator(shape, 2)
    )
    model.compile()
    with pytest.raises(ValueError, match=r"goes from 0 to 255; pictures are expected in \[-1, 1\]"):
        model.fit(np.float32(digits[:8]), verbose=0)
    assert model.steps == 0
    with pytest.warns(UserWarning, match=r"nothing is below 0. Is it in \[0, 1\]"):
        model.fit(np.float32(digits[:8]) / 255, verbose=0)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"validation_data": tiny.points()}, "fit takes no validation data"),
        ({"validation_split": 0.5}, "fit takes no validation data"),
        ({"y": np.arange(8)}, "takes no targets y"),
    ],
)
def test_targets_and_validation_data_are_refused_before_training(options, says):
    model = tiny.gan()
    with pytest.raises(ValueError, match=says):
        model.fit(tiny.points(), verbose=0, **options)
    assert model.steps == 0
    with pytest.raises(ValueError, match="no loss tells how good"):
        model.evaluate(tiny.points(), verbose=0)


def test_a_generator_that_goes_beyond_white_is_cut_there():
    generator = keras.Sequential(
        [keras.Input((2,)), keras.layers.Dense(4), keras.layers.Reshape((2, 2, 1))]
    )
    discriminator = keras.Sequential(
        [keras.Input((2, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(1)]
    )
    model = gh.GAN(generator, discriminator)
    weights = [np.zeros((2, 4)), np.array([-3.0, -1.0, 1.0, 3.0])]
    model.ema_generator.set_weights(weights)
    assert model.generate(1, seed=0).ravel().tolist() == [0, 0, 255, 255]
    model.ema_generator.set_weights([weights[0], np.array([0, 0, 0, np.inf])])
    with pytest.raises(ValueError, match="images"):
        model.generate(1, seed=0)


def test_random_layers_go_on_where_a_file_left_them(tmp_path):
    def model():
        judge = keras.Sequential(
            [
                keras.Input((2,)),
                keras.layers.Dense(6),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(1),
            ]
        )
        made = gh.GAN(tiny.generator(), judge)
        made.compile(run_eagerly=True)
        return made

    one, real = model(), tiny.points(8)
    one.train_step(tf.constant(real))
    one.save(tmp_path / "gan.keras")
    other = gh.GAN.load(tmp_path / "gan.keras")
    other.run_eagerly = True
    for gan in (one, other):
        gan.train_step(tf.constant(real))
    assert_same_weights(one, other)


def test_generated_points_are_float32_whatever_the_networks_compute_in():
    half = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, dtype="bfloat16")])
    gan = gh.GAN(half, tiny.discriminator())
    assert gan.generate(3, seed=0).dtype == np.float32
