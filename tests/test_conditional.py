"""A GAN whose networks take a condition: classes, or pictures."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny

import gan_helpers as gh
from gan_helpers.diagnosis import looks

SHAPE, CLASSES = (28, 28, 1), 3


def networks(conditioning="projection", family="modern"):
    options = {"width": 2, "classes": CLASSES, "family": family}
    return (
        gh.networks.generator(SHAPE, latent_dim=4, **options),
        gh.networks.discriminator(SHAPE, **options, conditioning=conditioning),
    )


def small_gan(**options):
    keras.utils.set_random_seed(0)
    gan = gh.GAN(*networks(**options))
    gan.compile(r1=1.0, r2=1.0, penalty_every=2, seed=3)
    return gan


def small_data(count=24, seed=0):
    random = np.random.default_rng(seed)
    labels = random.integers(0, CLASSES, count)
    images = random.integers(0, 256, (count, *SHAPE)).astype(np.uint8)
    return images, labels


def points_and_labels(count=64):
    labels = np.arange(count) % CLASSES
    return tiny.points(count) + labels[:, np.newaxis].astype(np.float32), labels


def points_gan():
    keras.utils.set_random_seed(0)
    return tiny.conditional_gan(seed=3)


# --- Networks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("family", gh.networks.FAMILIES)
@pytest.mark.parametrize("conditioning", gh.networks.CONDITIONINGS)
def test_gradients_reach_all_weights(family, conditioning):
    generator, discriminator = networks(conditioning, family)
    labels = tf.constant([0, 1, 2, 0])
    for _ in range(2):  # w_y starts at 0, where the last features get no gradient through it
        with tf.GradientTape() as tape:
            fake = generator([tf.random.normal((4, 4)), labels], training=True)
            logit = discriminator([fake, labels], training=True)
            loss = tf.reduce_sum(tf.square(logit - 1.0))
        weights = [*generator.trainable_variables, *discriminator.trainable_variables]
        gradients = tape.gradient(loss, weights)
    assert all(gradient is not None for gradient in gradients)
    assert all(np.any(tf.convert_to_tensor(gradient) != 0) for gradient in gradients)


def test_projection_is_the_papers_equation():
    _, discriminator = networks()
    embedding = discriminator.get_layer("embed_label")
    embedding.set_weights([np.random.default_rng(0).normal(size=embedding.get_weights()[0].shape)])
    images = np.random.default_rng(1).uniform(-1, 1, (5, *SHAPE)).astype(np.float32)
    labels = np.array([0, 1, 2, 2, 0])
    see = keras.Model(discriminator.inputs[0], discriminator.get_layer("leaky_combine").output)
    features = see(images).numpy()
    v, bias = discriminator.get_layer("logit").get_weights()
    w = embedding.get_weights()[0]
    expected = features @ v + bias + np.sum(features * w[labels], axis=1, keepdims=True)
    np.testing.assert_allclose(discriminator([images, labels]).numpy(), expected, rtol=1e-4)


@pytest.mark.parametrize("conditioning", gh.networks.CONDITIONINGS)
def test_the_logit_depends_on_the_label(conditioning):
    _, discriminator = networks(conditioning)
    embedding = discriminator.get_layer("embed_label")
    embedding.set_weights([np.random.default_rng(0).normal(size=embedding.get_weights()[0].shape)])
    images = np.ones((2, *SHAPE), np.float32)
    logits = discriminator([images, np.array([0, 1])]).numpy()
    assert abs(logits[0, 0] - logits[1, 0]) > 1e-4


@pytest.mark.parametrize("classes", [1, 0, 2.5, "10"])
def test_wrong_number_of_classes_is_refused(classes):
    for build in (gh.networks.generator, gh.networks.discriminator):
        with pytest.raises(ValueError, match="whole number from 2 on"):
            build(SHAPE, classes=classes)


def test_unknown_conditioning_is_refused():
    with pytest.raises(ValueError, match="projection, concatenation"):
        gh.networks.discriminator(SHAPE, classes=3, conditioning="rows")


def test_without_classes_the_networks_are_the_old_ones():
    names = [layer.name for layer in gh.networks.discriminator(SHAPE).layers]
    assert names[0] == "image" and names[-1] == "logit" and "embed_label" not in names


# --- The game ----------------------------------------------------------------------------------


def test_networks_must_agree_about_the_condition():
    generator, discriminator = networks()
    with pytest.raises(ValueError, match="generator takes a condition, the discriminator none"):
        gh.GAN(generator, gh.networks.discriminator(SHAPE))
    with pytest.raises(ValueError, match="discriminator takes a condition, the generator none"):
        gh.GAN(gh.networks.generator(SHAPE), discriminator)


def test_same_seed_same_weights_and_labels_matter():
    points, labels = points_and_labels(24)
    weights = []
    for given in (labels, labels, (labels + 1) % CLASSES):
        gan = points_gan()
        gan.fit(gh.data.pipeline(points, 8, 0, given), epochs=2, verbose=0)
        weights.append(np.concatenate([w.ravel() for w in gan.generator.get_weights()]))
    np.testing.assert_array_equal(weights[0], weights[1])
    assert np.abs(weights[0] - weights[2]).max() > 1e-5


def test_each_class_learns_its_own_gray_level():
    """Class 0 is dark, class 1 middle, class 2 light: the condition is learned, not ignored."""
    images, labels = small_data(240)
    images = (images // 8 + np.array([0, 110, 220])[labels][:, None, None, None]).astype(np.uint8)
    gan = small_gan()
    rate = {"learning_rate": 3e-3, "beta_1": 0.0, "beta_2": 0.9}
    gan.compile(
        generator_optimizer=keras.optimizers.Adam(**rate),
        discriminator_optimizer=keras.optimizers.Adam(**rate),
        r1=0.3,
        r2=0.3,
        ema=0.9,
        steps_per_execution=15,
    )
    gan.fit(gh.data.pipeline(images, 16, 0, labels), epochs=20, verbose=0)
    levels = [gan.generate(32, seed=1, condition=label).mean() for label in range(CLASSES)]
    assert levels[0] + 40 < levels[1] < levels[2] - 40


def test_pictures_as_condition():
    latent, given = keras.Input((4,)), keras.Input((2, 2, 1))
    both = keras.layers.Concatenate()([latent, keras.layers.Flatten()(given)])
    fake = keras.layers.Reshape((2, 2, 1))(keras.layers.Dense(4, activation="tanh")(both))
    sample, beside = keras.Input((2, 2, 1)), keras.Input((2, 2, 1))
    pair = keras.layers.Flatten()(keras.layers.Concatenate()([sample, beside]))
    logit = keras.layers.Dense(1)(pair)
    gan = gh.GAN(keras.Model([latent, given], fake), keras.Model([sample, beside], logit))
    with pytest.raises(ValueError, match="leave augment out"):
        gan.compile(augment=("translation",))
    gan.compile()
    pictures = np.random.default_rng(0).uniform(-1, 1, (8, 2, 2, 1)).astype(np.float32)
    dataset = tf.data.Dataset.from_tensor_slices((pictures, -pictures)).batch(4)
    gan.fit(dataset, verbose=0)
    assert gan.generate(condition=pictures[:3], seed=0).shape == (3, 2, 2, 1)
    with pytest.raises(ValueError, match="condition is missing"):
        gan.generate(3)


# --- Drawing -----------------------------------------------------------------------------------


def test_labels_left_out_are_taken_in_turn():
    gan = small_gan()
    latent = np.random.default_rng(0).standard_normal((5, 4))
    np.testing.assert_array_equal(
        gan.generate(latent=latent), gan.generate(latent=latent, condition=[0, 1, 2, 0, 1])
    )


def test_one_label_counts_for_all():
    gan = small_gan()
    one = gan.generate(3, seed=0, condition=2)
    np.testing.assert_array_equal(one, gan.generate(seed=0, condition=[2, 2, 2]))
    assert np.any(one != gan.generate(3, seed=0, condition=1))


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ([0, 1], r"expected \(3,\)"),
        ([0, 1, 3], "knows 0 to 2"),
        ([-1, 0, 1], "knows 0 to 2"),
        ([0.0, 1.0, 2.0], "expected whole numbers"),
    ],
)
def test_wrong_labels_are_refused(condition, says):
    with pytest.raises(ValueError, match=says):
        small_gan().generate(3, condition=condition)


def test_condition_for_a_gan_without_one_is_refused():
    gan = gh.GAN(
        gh.networks.generator(SHAPE, latent_dim=4, width=2),
        gh.networks.discriminator(SHAPE, width=2),
    )
    with pytest.raises(ValueError, match="take none"):
        gan.generate(2, condition=1)


# --- Data and files ----------------------------------------------------------------------------


def test_data_without_labels_is_refused():
    images, labels = small_data()
    with pytest.raises(ValueError, match="labels=labels"):
        small_gan().fit(gh.data.pipeline(images, 8))
    dataset = gh.data.pipeline(images, 8, labels=labels).map(lambda image, label: (image, image))
    with pytest.raises(ValueError, match="the data has conditions"):
        small_gan().fit(dataset)


def test_pipeline_keeps_pictures_and_labels_together():
    images, labels = small_data()
    images[:, 0, 0, 0] = labels
    for batch, given in gh.data.pipeline(images, 8, 0, labels):
        np.testing.assert_allclose((batch[:, 0, 0, 0] + 1.0) * 127.5, given, atol=1e-3)


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (np.zeros(3, int), "one label a picture"),
        (np.zeros(24), "whole numbers"),
        (np.full(24, -1), "expected the classes 0, 1, 2"),
    ],
)
def test_wrong_labels_for_a_pipeline_are_refused(labels, says):
    with pytest.raises(ValueError, match=says):
        gh.data.pipeline(small_data()[0], 8, labels=labels)


def test_saved_and_loaded_it_goes_on_alike(tmp_path):
    points, labels = points_and_labels(24)
    gan, dataset = points_gan(), gh.data.pipeline(points, 8, 0, labels)
    gan.fit(dataset, verbose=0)
    gan.save(tmp_path / "gan.keras")
    loaded = gh.GAN.load(tmp_path / "gan.keras")
    for one in (gan, loaded):
        one.fit(dataset, initial_epoch=1, epochs=2, verbose=0)
    np.testing.assert_array_equal(gan.generate(6, seed=0), loaded.generate(6, seed=0))


def test_networks_of_pictures_come_back_from_a_file(tmp_path):
    gan = small_gan()
    gan.save(tmp_path / "gan.keras")
    drawn = gh.GAN.load(tmp_path / "gan.keras").generate(6, seed=0)
    np.testing.assert_array_equal(gan.generate(6, seed=0), drawn)


def test_quick_gan_takes_labels(eager):
    images, labels = small_data(64)
    gan = gh.quick_gan(images, steps=2, labels=labels)
    assert gan.conditional and gan.generate(2, seed=0, condition=[0, 2]).shape == (2, *SHAPE)
    with pytest.raises(ValueError, match=r"no picture has the label 0; .* Number the classes"):
        gh.quick_gan(images, steps=2, labels=labels + 1)
    with pytest.raises(ValueError, match="two classes or more"):
        gh.quick_gan(images, steps=2, labels=np.zeros(64, int))


# --- What goes on around a run -------------------------------------------------------------------


def test_class_vectors_draw_what_their_labels_draw():
    gan = small_gan()
    draw, vectors = gh.networks.from_class_vectors(gan.ema_generator)
    assert vectors.shape == (CLASSES, 4)
    latent = np.random.default_rng(0).standard_normal((3, 4)).astype(np.float32)
    by_vector = draw([latent, vectors[[2, 0, 1]]]).numpy()
    by_label = gan.ema_generator([latent, np.array([2, 0, 1])]).numpy()
    np.testing.assert_allclose(by_vector, by_label, atol=1e-6)
    with pytest.raises(ValueError, match="built with classes="):
        gh.networks.from_class_vectors(gh.networks.generator(SHAPE))


def test_a_watched_run_ends_with_the_same_weights_and_knows_all():
    points, labels = points_and_labels()
    weights = []
    for watch in (True, False):
        gan, dataset = points_gan(), gh.data.pipeline(points, 16, 0, labels)
        health = gh.diagnosis.Health(real=dataset, every=2)
        history = gan.fit(dataset, epochs=3, callbacks=[health] if watch else [], verbose=0)
        weights.append(np.concatenate([w.ravel() for w in gan.generator.get_weights()]))
        if watch:
            entries = history.history
            assert all(np.isfinite(entries[name]).all() for name in ("ranking", "agreement"))
            assert {"drawn_diversity", "real_mean", "generator_change"} <= set(entries)
            gh.diagnosis.diagnose(history, gan.generate(16, seed=0))
    np.testing.assert_array_equal(*weights)


def test_the_recorder_gives_each_sample_its_own_condition():
    points, labels = points_and_labels()
    gan = points_gan()
    generator, discriminator = (
        looks.Given(network, labels) for network in (gan.generator, gan.discriminator)
    )
    found = looks.ratings(discriminator, points, None)
    logits = gan.discriminator([points, labels]).numpy()
    assert found["real_output"] == pytest.approx(logits.mean(), rel=1e-5)
    latent = np.random.default_rng(0).standard_normal((8, tiny.LATENT_DIM)).astype(np.float32)
    _, fake = looks.batches(generator, latent, None, None)
    np.testing.assert_allclose(fake, gan.generator([latent, labels[:8]]), atol=1e-6)


def test_health_asks_for_the_conditions():
    points, labels = points_and_labels()
    dataset = gh.data.pipeline(points, 8, 0, labels)
    for real in (None, points):
        health = gh.diagnosis.Health(real=real)
        with pytest.raises(ValueError, match=r"this GAN is conditional; give Health\(real=dataset"):
            points_gan().fit(dataset, callbacks=[health], verbose=0)


def test_grids_and_scores_draw_the_conditions_that_are_asked_for():
    points, labels = points_and_labels(80)
    gan = points_gan()
    grid = gh.callbacks.SampleGrid(count=3, condition=[2, 2, 0])
    notes = gh.callbacks.ScoreOverTime(points, every=5, count=40, condition=labels[:40])
    gan.fit(gh.data.pipeline(points, 8, 0, labels), callbacks=[grid, notes], verbose=0)
    np.testing.assert_array_equal(grid.frames[-1], gan.generate(seed=0, condition=[2, 2, 0]))
    distance = gh.evaluation.frechet_distance(
        gan.generate(seed=0, condition=labels[:40]), points[:40]
    )
    assert notes.values[-1] == pytest.approx(distance, rel=1e-6)


def test_live_samples_draw_the_class_that_is_asked_for():
    gan = small_gan()
    live = gh.widgets.LiveSamples(count=2, condition=1)
    live.set_model(gan)
    live.on_train_begin()
    wanted = gh.plots.tile(gan.generate(2, seed=0, condition=1))
    np.testing.assert_array_equal(live.picture, wanted)


def test_labels_that_the_networks_do_not_know_are_refused():
    points, labels = points_and_labels(24)
    with pytest.raises(ValueError, match=r"the labels go up to \d+, but this GAN knows"):
        points_gan().fit(gh.data.pipeline(points, 8, 0, labels + 1), verbose=0)


def test_broken_numbers_stop_the_run(eager):
    points, labels = points_and_labels(24)
    points[8:] = np.nan
    dataset = tf.data.Dataset.from_tensor_slices((points, labels.astype(np.int32))).batch(8)
    gan = points_gan()
    with pytest.warns(RuntimeWarning, match="the data holds NaN"):
        gan.fit(dataset, epochs=2, verbose=0)
    assert gan.steps <= 2 and np.isfinite(gan.generator.get_weights()[0]).all()


def test_resumed_it_ends_with_the_weights_of_a_run_that_never_stopped(tmp_path):
    points, labels = points_and_labels(24)

    def run(epochs, callbacks=()):
        gan = points_gan()
        dataset = gh.data.pipeline(points, 8, 0, labels)
        gan.fit(dataset, epochs=epochs, callbacks=list(callbacks), verbose=0)
        return gan

    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(3, [gh.callbacks.backup(tmp_path / "run"), Crash()])
    resumed = run(3, [gh.callbacks.backup(tmp_path / "run")])
    for first, second in zip(resumed.variables, run(3).variables, strict=True):
        np.testing.assert_array_equal(first.numpy(), second.numpy(), err_msg=first.path)
