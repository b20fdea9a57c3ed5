"""A GAN that sees a picture with a hole: its data, its score, its step, and keeping pixels."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from weights import assert_same_weights

import gan_helpers as gh

SHAPE = (28, 28, 1)
MASKS = gh.data.masks.squares(24, SHAPE, 12, seed=1)


def tiny(rate=0.01, **options):
    """Return a compiled completer whose weights are no longer those of the start."""
    networks = gh.imputation
    gan = networks.Completer(
        networks.generator(SHAPE, latent_dim=3, width=2), networks.discriminator(SHAPE, width=2)
    )
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(rate),
        discriminator_optimizer=keras.optimizers.Adam(rate),
        **options,
    )
    return gan


# --- Data ----------------------------------------------------------------------------------------


def test_conceal_hides_the_hole(digits):
    known = gh.data.masks.squares(8, SHAPE, 10)
    found = gh.imputation.conceal(digits[:8], known)
    assert found.shape == (8, 28, 28, 2) and found.dtype == np.float32
    assert np.array_equal(found[..., 1:], known)
    assert np.all(found[..., :1][known == 0] == 0)
    assert np.array_equal(found[..., :1][known == 1], gh.data.scale(digits[:8])[known == 1])


def test_the_pipeline_pairs_pictures_with_other_holes_each_time(digits):
    dataset = gh.imputation.pipeline(digits[:24], MASKS, batch_size=8, seed=0)
    seen = {}  # as many pictures as masks: one order for both would always pair the same ones
    for pictures, condition in dataset.take(15):
        assert pictures.shape == (8, 28, 28, 1) and condition.shape == (8, 28, 28, 2)
        known = condition[..., 1:]
        assert np.array_equal(condition[..., :1], pictures * known)
        for picture, mask in zip(pictures.numpy(), known.numpy(), strict=True):
            assert any(np.array_equal(mask, one) for one in MASKS)
            seen.setdefault(picture.tobytes(), set()).add(mask.tobytes())
    assert len(seen) == 24
    assert max(map(len, seen.values())) > 2


def test_the_pipeline_goes_on_where_it_is_told_to(digits):
    whole = gh.imputation.pipeline(digits[:20], MASKS, batch_size=8, seed=0)
    rest = gh.imputation.pipeline(digits[:20], MASKS, batch_size=8, seed=0)
    rest.step.assign(3)
    assert int(rest.step.numpy()) == 3
    for found, wanted in zip(rest.take(2), whole.skip(3).take(2), strict=True):
        np.testing.assert_array_equal(found[0], wanted[0])
        np.testing.assert_array_equal(found[1], wanted[1])


def test_seeds_of_the_pipeline_repeat(digits):
    first, again, other = (
        list(gh.imputation.pipeline(digits[:20], MASKS, batch_size=8, seed=seed).take(4))
        for seed in (0, 0, 1)
    )
    for one, two in zip(first, again, strict=True):
        assert np.array_equal(one[0], two[0]) and np.array_equal(one[1], two[1])
    assert not np.array_equal(first[0][0], other[0][0])
    assert not np.array_equal(first[0][1][..., 1], other[0][1][..., 1])


# --- The energy score ----------------------------------------------------------------------------


def score_of(*pictures):
    return float(gh.imputation.energy_score(*(tf.constant(p, tf.float32) for p in pictures)))


def score(*columns):
    """Return the score of pictures of one pixel."""
    return score_of(*(np.reshape(column, (-1, 1, 1, 1)) for column in columns))


def test_energy_score_by_hand():
    # (0.5 + 0.3) / 2 - 0.8 / 2 = 0 and (0.2 + 0.4) / 2 - 0.2 / 2 = 0.2
    assert score([0.0, 1.0], [0.5, 0.8], [-0.3, 0.6]) == pytest.approx(0.1)
    # Lengths over a picture: |(3, 4)| = 5, per root of its two pixels.
    truth, answer = np.zeros((1, 1, 2, 1), np.float32), np.float32([[[[3.0], [4.0]]]])
    assert score_of(truth, answer, answer) == pytest.approx(5 / np.sqrt(2))
    assert score_of(truth, answer, truth) == pytest.approx(0.0, abs=1e-5)


def test_energy_score_prefers_answers_that_are_spread_as_the_truth():
    """The truth is -1 or 1. Always 0 is the best guess, yet guessing like the truth scores best."""
    random = np.random.default_rng(0)
    real, first, second = random.choice([-1.0, 1.0], (3, 20_000))
    honest = score(real, first, second)
    assert honest < score(real, 0 * real, 0 * real) - 0.1
    assert honest < score(real, 0.5 * first, 0.5 * second)
    assert honest < score(real, 1.5 * first, 1.5 * second)
    assert honest < score(real, first, first) - 0.1  # always the same answer


def test_energy_score_has_finite_slopes_without_any_hole():
    picture = tf.Variable(tf.zeros((2, 3, 3, 1)))
    with tf.GradientTape() as tape:
        total = gh.imputation.energy_score(tf.zeros((2, 3, 3, 1)), picture, picture)
    assert np.isfinite(tape.gradient(total, picture)).all()


# --- Networks and training -----------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(28, 28, 1), (32, 32, 3), (64, 64, 3)])
def test_networks_of_each_size_keep_known_pixels_exactly(shape):
    make = gh.imputation.generator(shape, latent_dim=5, width=2, level=-0.5)
    judge = gh.imputation.discriminator(shape, width=2)
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (2, *shape)).astype(np.uint8)
    known = gh.data.masks.pixels(2, shape, 0.5)
    condition = tf.constant(gh.imputation.conceal(images, known))
    drawn = make([tf.constant(random.normal(size=(2, 5)), tf.float32), condition])
    assert drawn.shape == (2, *shape) and drawn.dtype == tf.float32
    where = np.broadcast_to(known == 1, images.shape)
    assert np.array_equal(gh.data.unscale(drawn.numpy())[where], images[where])
    assert abs(float(np.mean(drawn.numpy()[~where])) + 0.5) < 0.4
    assert judge([drawn, condition]).shape == (2, 1)


def test_gradients_reach_all_weights_and_the_latent_vector(digits):
    gan = tiny()
    condition = tf.constant(gh.imputation.conceal(digits[:4], MASKS[:4]))
    latent = tf.Variable(np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32))
    with tf.GradientTape() as tape:
        logits = gan.discriminator([gan.generator([latent, condition]), condition])
        total = tf.reduce_sum(logits)
    weights = [latent, *gan.generator.trainable_variables]
    for weight, slope in zip(weights, tape.gradient(total, weights), strict=True):
        assert np.any(slope != 0), weight.path if hasattr(weight, "path") else "latent"


def test_the_discriminator_moves_as_in_the_parent(digits):
    """The energy score is the generator's business; of two answers D sees the first."""
    pictures, condition = next(iter(gh.imputation.pipeline(digits[:32], MASKS, batch_size=8)))
    completer = tiny(loss="non_saturating", r1=0.3)
    parent = gh.GAN(
        keras.models.clone_model(completer.generator),
        keras.models.clone_model(completer.discriminator),
    )
    parent.generator.set_weights(completer.generator.get_weights())
    parent.discriminator.set_weights(completer.discriminator.get_weights())
    parent.compile(
        loss="non_saturating", r1=0.3, discriminator_optimizer=keras.optimizers.Adam(0.01)
    )
    parent.draw_latent = lambda count: completer_latent[:count]
    completer_latent = completer.draw_latent(16)
    for model in (parent, completer):
        model.train_step((pictures, condition))
    for one, other in zip(
        parent.discriminator.get_weights(), completer.discriminator.get_weights(), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_the_weight_teaches_the_generator_the_truth(digits):
    """One picture with one hole: the energy score alone must lead to it."""
    image, known = np.repeat(digits[:1], 8, axis=0), gh.data.masks.region(8, SHAPE, 6, 6, 14, 14)
    dataset = gh.imputation.pipeline(image, known, batch_size=8).take(75)
    gan = tiny(rate=0.003, weight=50.0, ema=0.0)
    before = gh.imputation.hole_error(gh.imputation.complete(gan, image, known), image, known)
    gan.fit(dataset, verbose=0)
    after = gh.imputation.hole_error(gh.imputation.complete(gan, image, known), image, known)
    # Four seeds: .28 to .36. A weight of 0: .78 to 1.04.
    assert after < 0.6 * before


def test_the_loss_comes_first_as_in_every_gan():
    gan = tiny()
    gan.compile("hinge")
    assert gan.adversarial_loss.name == "hinge"


def test_the_generator_answers_in_training_mode(digits):
    modes = []

    class Watched(keras.layers.Layer):
        def call(self, pictures, training=False):
            modes.append(training)
            return pictures

    make = gh.imputation.generator(SHAPE, latent_dim=3, width=2)
    make = keras.Model(make.inputs, Watched()(make.output))
    gan = gh.imputation.Completer(make, gh.imputation.discriminator(SHAPE, width=2))
    gan.compile(run_eagerly=True)
    modes.clear()
    gan.train_step(next(iter(gh.imputation.pipeline(digits[:32], MASKS, 8))))
    assert modes == [True]


def test_the_average_lags_behind_the_generator(digits):
    gan = tiny(rate=0.01, ema=0.9, run_eagerly=True)
    gan.fit(gh.imputation.pipeline(digits[:32], MASKS, 8).take(2), verbose=0)
    pair = zip(gan.generator.get_weights(), gan.ema_generator.get_weights(), strict=True)
    assert any(not np.array_equal(live, average) for live, average in pair)


def test_a_completer_is_saved_with_its_settings_and_loaded(digits, tmp_path):
    gan = tiny(weight=3.0, run_eagerly=True)
    gan.fit(gh.imputation.pipeline(digits[:32], MASKS, 8).take(2), verbose=0)
    gan.save(tmp_path / "completer.keras")
    loaded = gh.GAN.load(tmp_path / "completer.keras")
    assert isinstance(loaded, gh.imputation.Completer) and loaded.weight == 3.0
    ask = (digits[:4], MASKS[:4])
    assert np.array_equal(gh.imputation.complete(loaded, *ask), gh.imputation.complete(gan, *ask))
    loaded.run_eagerly = True
    loaded.fit(gh.imputation.pipeline(digits[:32], MASKS, 8).take(1), verbose=0)
    assert loaded.steps == 3


# --- Use -----------------------------------------------------------------------------------------


def test_train_completer_trains_and_complete_keeps_pixels(digits):
    gan = gh.imputation.train_completer(digits[:64], MASKS, steps=2, seed=3)
    assert gan.steps == 2
    answers = gh.imputation.complete(gan, digits[:5], MASKS[:5], answers=3, seed=1)
    assert answers.shape == (5, 3, 28, 28, 1) and answers.dtype == np.uint8
    where = np.broadcast_to(MASKS[:5, np.newaxis] == 1, answers.shape)
    assert np.array_equal(answers[where], np.repeat(digits[:5, np.newaxis], 3, axis=1)[where])
    assert not np.array_equal(answers[:, 0], answers[:, 1])
    one = gh.imputation.complete(gan, digits[:5] * MASKS[:5], MASKS[:5], seed=1)
    assert one.shape == (5, 28, 28, 1)
    assert np.array_equal(one, gh.imputation.complete(gan, digits[:5], MASKS[:5], seed=1))
    assert not np.array_equal(one, gh.imputation.complete(gan, digits[:5], MASKS[:5], seed=2))


def test_train_completer_begins_with_its_seed_and_weight(digits, monkeypatch):
    monkeypatch.setattr(gh.imputation.Completer, "fit", lambda *_, **__: None)
    one, same, other = (
        gh.imputation.train_completer(digits[:64], MASKS, steps=2, seed=seed, weight=0.5)
        for seed in (3, 3, 4)
    )
    assert one.weight == 0.5
    assert_same_weights(one, same)
    assert not np.array_equal(one.get_weights()[1], other.get_weights()[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: gh.imputation.train_completer(d / 255, MASKS), "expected uint8"),
        (lambda d: gh.imputation.train_completer(d, MASKS[:, :5]), "masks has the shape"),
        (lambda d: gh.imputation.train_completer(d, MASKS, steps=0), "steps is 0"),
        (lambda d: gh.imputation.train_completer(d, MASKS, seed=-1), "seed is -1"),
        (lambda d: gh.imputation.train_completer(d, MASKS, weight=-1.0), "weight is -1"),
        (lambda d: gh.imputation.pipeline(d, MASKS, batch_size=25), "batch_size is 25"),
        (lambda d: gh.imputation.complete(None, d[:2], MASKS[:2]), "takes no condition"),
        (lambda d: gh.imputation.complete(tiny(), d[:2], MASKS[:2], answers=0), "answers is 0"),
        (lambda d: gh.imputation.complete(tiny(), d[:2], MASKS[:3]), "expected one mask"),
        (lambda d: gh.imputation.generator((28, 32, 1)), r"expected \(side, side"),
        (lambda d: gh.imputation.generator((28, 28, 1), latent_dim=0), "latent_dim is 0"),
        (lambda d: gh.imputation.generator((28, 28, 1), level=1.0), "level is 1.0"),
        (lambda d: gh.imputation.discriminator((28, 28, 1), width=0), "width is 0"),
    ],
)
def test_bad_input_is_refused(digits, call, words):
    with pytest.raises(ValueError, match=words):
        call(digits[:24])


def test_networks_without_condition_are_refused():
    with pytest.raises(ValueError, match="no condition"):
        gh.imputation.Completer(
            gh.networks.generator(SHAPE, width=1), gh.networks.discriminator(SHAPE, width=1)
        )
