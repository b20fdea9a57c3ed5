"""Differentiable augmentation: its values, its draws, its gradients, and its place in the step."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf
import tiny
from weights import assert_same_weights

import gan_helpers as gh
from gan_helpers import augmentation

NAMES = tuple(augmentation.AUGMENTATIONS)
SIDE = 8


def images(count=6, channels=3, side=SIDE, seed=0):
    """Return pictures of noise in [-1, 1] without a zero, so that gray stands out."""
    values = np.random.default_rng(seed).uniform(0.1, 1.0, (count, side, side, channels))
    signs = np.random.default_rng(seed + 1).choice([-1.0, 1.0], values.shape)
    return tf.constant(values * signs, tf.float32)


def changed(names, pictures, seed=(1, 2)):
    """Return T(pictures) as an array."""
    return augmentation.augment(pictures, names, tf.constant(seed)).numpy()


def pairs(name, pictures):
    """Return (picture, changed picture) of each."""
    return zip(pictures.numpy(), changed([name], pictures), strict=True)


# --- values --------------------------------------------------------------------------------------


def moved(picture, down, right):
    """Return the picture moved over a gray ground, by slices."""
    limit = max(abs(down), abs(right))
    padded = np.pad(picture, ((limit, limit), (limit, limit), (0, 0)))
    top, left = limit - down, limit - right
    return padded[top : top + len(picture), left : left + picture.shape[1]]


def shift(before, after, limit):
    """Return the one (down, right) that explains a moved picture."""
    span = range(-limit, limit + 1)
    shifts = [(down, right) for down in span for right in span]
    fits = [pair for pair in shifts if np.array_equal(moved(before, *pair), after)]
    assert len(fits) == 1
    return fits[0]


def test_translation_moves_by_each_whole_number_up_to_an_eighth_equally_often():
    pictures = images(3600)
    shifts = [shift(*pair, limit=1) for pair in pairs("translation", pictures)]
    counts = {pair: shifts.count(pair) for pair in set(shifts)}
    assert len(counts) == 9
    assert all(300 < count < 500 for count in counts.values())  # 400 +- 19


def test_translation_of_28_pixels_reaches_three():
    pictures = images(200, channels=1, side=28)
    shifts = np.array([shift(*pair, limit=4) for pair in pairs("translation", pictures)])
    assert shifts.min() == -3 and shifts.max() == 3


def hole(before, after):
    """Return (rows, columns) of the gray rectangle; all else must be untouched."""
    gray = (after == 0).all(axis=-1)
    assert np.array_equal(after[~gray], before[~gray])
    rows, columns = np.flatnonzero(gray.any(axis=1)), np.flatnonzero(gray.any(axis=0))
    assert gray.sum() == len(rows) * len(columns)
    for span in (rows, columns):
        assert np.array_equal(span, np.arange(span[0], span[-1] + 1))
    return (rows[0], rows[-1]), (columns[0], columns[-1])


def test_cutout_is_half_a_side_anywhere_cut_off_at_the_border():
    holes = [hole(*pair) for pair in pairs("cutout", images(3000))]
    # Its middle is at 0 to 8, it covers two pixels on either side.
    wanted = {(max(middle - 2, 0), min(middle + 1, 7)) for middle in range(9)}
    assert len(wanted) == 9
    assert {rows for rows, _ in holes} == {columns for _, columns in holes} == wanted
    assert len(set(holes)) == 81


@pytest.mark.parametrize("channels", [1, 3])
def test_brightness_adds_one_number_a_picture(channels):
    pictures = images(500, channels)
    added = changed(["brightness"], pictures) - pictures.numpy()
    one = added[:, :1, :1, :1]
    np.testing.assert_allclose(added, np.broadcast_to(one, added.shape), atol=1e-6)
    assert -0.5 <= one.min() < -0.48 and 0.48 < one.max() <= 0.5


@pytest.mark.parametrize(
    ("name", "axes", "low", "high"),
    [("saturation", (3,), 0.0, 2.0), ("contrast", (1, 2, 3), 0.5, 1.5)],
)
def test_saturation_and_contrast_stretch_around_a_mean(name, axes, low, high):
    pictures = images(500)
    middle = pictures.numpy().mean(axes, keepdims=True)
    before, after = pictures.numpy() - middle, changed([name], pictures) - middle
    factor = (before * after).sum((1, 2, 3)) / (before**2).sum((1, 2, 3))
    np.testing.assert_allclose(after, factor[:, None, None, None] * before, atol=1e-5)
    edge = 0.02 * (high - low)
    assert low - 1e-5 <= factor.min() < low + edge
    assert high - edge < factor.max() <= high + 1e-5


def test_saturation_leaves_gray_pictures_alone():
    pictures = images(channels=1)
    assert np.array_equal(changed(["saturation"], pictures), pictures)


# --- draws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_repeats_and_pictures_differ(name):
    same = tf.repeat(images(1), 40, axis=0)
    drawn = changed([name], same)
    assert np.array_equal(drawn, changed([name], same))
    assert not np.array_equal(drawn, changed([name], same, seed=(1, 3)))
    assert not np.array_equal(drawn, changed([name], same, seed=(2, 2)))
    assert len({picture.tobytes() for picture in drawn}) > 4


def test_each_name_has_its_own_draws():
    twice = changed(["brightness", "brightness"], images()) - images().numpy()
    once = changed(["brightness"], images()) - images().numpy()
    assert np.abs(twice - 2 * once).max() > 0.1


def test_names_apply_in_their_order():
    cut_first = changed(["cutout", "brightness"], images(50))
    assert (changed(["brightness", "cutout"], images(50)) == 0).any()
    assert not (cut_first == 0).any()


def test_no_names_change_nothing():
    pictures = images()
    assert augmentation.augment(pictures, (), tf.constant((1, 2))) is pictures


# --- shapes and types ----------------------------------------------------------------------------


def test_static_shape_is_kept_where_the_number_of_pictures_is_open():
    seen = []

    @tf.function(input_signature=[tf.TensorSpec((None, SIDE, SIDE + 8, 3))])
    def go(pictures):
        result = augmentation.augment(pictures, NAMES, tf.constant([1, 2], tf.int64))
        seen.append(result.shape)
        return result

    pictures = tf.concat([images(), images()], axis=2)
    assert go(pictures).shape == pictures.shape
    assert seen[0].as_list() == [None, SIDE, SIDE + 8, 3]


def test_bfloat16_stays_and_comes_near_to_float32():
    pictures = images()
    half = augmentation.augment(tf.cast(pictures, tf.bfloat16), NAMES, tf.constant((1, 2)))
    assert half.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(half, tf.float32), changed(NAMES, pictures), atol=0.05)


# --- gradients -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_exact(name):
    """With its draws fixed, each T is affine: T(x + d) - T(x) is its gradient times d."""
    pictures, step, weights = images(seed=0), images(seed=2), images(seed=4)

    def weighted(x):
        return tf.reduce_sum(weights * augmentation.augment(x, [name], tf.constant((1, 2))))

    with tf.GradientTape() as tape:
        tape.watch(pictures)
        value = weighted(pictures)
    gradient = tape.gradient(value, pictures)
    change = weighted(pictures + step) - value
    assert float(tf.reduce_sum(gradient * step)) == pytest.approx(float(change), abs=1e-3)
    assert abs(float(change)) > 0.1


def test_translation_moves_the_gradient_back():
    pictures, weights = images(20), images(20, seed=4)
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        after = augmentation.augment(pictures, ["translation"], tf.constant((1, 2)))
        value = tf.reduce_sum(weights * after)
    gradients = tape.gradient(value, pictures).numpy()
    for number in range(len(pictures)):
        down, right = shift(pictures[number].numpy(), after[number].numpy(), limit=1)
        back = moved(weights[number].numpy(), -down, -right)
        assert np.array_equal(gradients[number], back)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("names", [*((name,) for name in NAMES), NAMES])
def test_second_order_gradient_is_exact(names, compiled):
    """R1 through T: of D(y) = a |y|^2 / 2 it is a^2 |T' T x|^2, whose slope in a is 2 R1 / a."""
    scale = tf.Variable(3.0)

    def slopes(pictures):
        def judge(x, training):
            return (
                scale
                / 2
                * tf.reduce_sum(
                    tf.square(augmentation.augment(x, names, tf.constant((1, 2)))), axis=(1, 2, 3)
                )
            )

        with tf.GradientTape() as tape:
            tape.watch(pictures)
            penalty = gh.losses.zero_centered_penalty(judge, pictures)
        return penalty, *tape.gradient(penalty, [scale, pictures])

    slopes = tf.function(slopes) if compiled else slopes
    pictures, step = images(seed=0), 1e-2 * images(seed=2)
    penalty, by_scale, by_pictures = slopes(pictures)
    assert float(by_scale) == pytest.approx(2 * float(penalty) / 3.0, rel=1e-5)
    change = float(slopes(pictures + step)[0] - slopes(pictures - step)[0]) / 2  # a parabola
    assert float(tf.reduce_sum(by_pictures * step)) == pytest.approx(change, rel=2e-2, abs=1e-3)


# --- in the training step ------------------------------------------------------------------------


class Seen(keras.layers.Layer):
    """Passes its inputs on and keeps them."""

    inputs = ()

    def call(self, inputs):
        if hasattr(inputs, "numpy"):  # not while Keras finds out the shapes
            self.inputs = (*self.inputs, inputs.numpy())
        return inputs


def gan(watched=False, **options):
    """Return a compiled GAN of 8 x 8 pictures; with a watch at the discriminator's entry."""
    generator = [keras.Input((tiny.LATENT_DIM,)), keras.layers.Dense(64, activation="tanh")]
    discriminator = [keras.Input((SIDE, SIDE, 1)), *([Seen(name="seen")] * watched)]
    model = gh.GAN(
        keras.Sequential([*generator, keras.layers.Reshape((SIDE, SIDE, 1))]),
        keras.Sequential([*discriminator, keras.layers.Flatten(), keras.layers.Dense(1)]),
    )
    options.setdefault("generator_optimizer", keras.optimizers.SGD(0.3))
    options.setdefault("discriminator_optimizer", keras.optimizers.SGD(0.1))
    model.compile(run_eagerly=watched, **options)
    return model


def replace(monkeypatch, function):
    """Put a function of (images, seed) in the place of the cutout."""
    monkeypatch.setitem(augmentation.AUGMENTATIONS, "cutout", function)


def test_the_discriminator_sees_nothing_that_is_not_augmented(monkeypatch):
    replace(monkeypatch, lambda pictures, seed: pictures + 100.0)
    penalties = {"r1": 1.0, "r2": 1.0, "gradient_penalty": 1.0}
    model = gan(watched=True, augment=("cutout",), **penalties)
    seen = model.discriminator.get_layer("seen")
    assert seen.inputs == ()
    model.train_step(images(channels=1))
    assert len(seen.inputs) >= 4
    assert all(98.9 < pictures.min() for pictures in seen.inputs)
    assert all(pictures.max() < 101.1 for pictures in seen.inputs)  # and none twice


@pytest.mark.parametrize("slope", [0.0, 1.0])
def test_the_generator_learns_through_the_augmentation(monkeypatch, slope):
    replace(monkeypatch, lambda pictures, seed: slope * pictures)
    model = gan(augment=("cutout",))
    before = model.generator.get_weights()
    model.fit(images(channels=1), verbose=0)
    moves = [
        np.abs(one - other).max()
        for one, other in zip(model.generator.get_weights(), before, strict=True)
    ]
    assert (max(moves) > 1e-3) == (slope == 1.0)


def seeds_of_steps(monkeypatch, count, seed=0, first=0):
    """Return the seeds that the pictures of some steps are changed with, reals and fakes."""
    seeds = []
    replace(monkeypatch, lambda pictures, seed: seeds.append(tuple(seed.numpy())) or pictures)
    model = gan(watched=True, augment=("cutout",), seed=seed)
    model.step_counter.assign(first)
    for _ in range(count):
        model.train_step(images(channels=1))
    assert len(seeds) == 2 * count
    return seeds


def test_seeds_follow_from_the_models_seed_and_the_step(monkeypatch):
    seeds = seeds_of_steps(monkeypatch, 3)
    assert len(set(seeds)) == 6  # reals and fakes are drawn apart, and anew at each step
    assert seeds_of_steps(monkeypatch, 3) == seeds
    assert seeds_of_steps(monkeypatch, 1, first=2) == seeds[4:]
    assert not set(seeds_of_steps(monkeypatch, 3, seed=1)) & set(seeds)


def test_each_replica_draws_for_itself(monkeypatch):
    model, pictures = gan(augment=("brightness",)), images(channels=1)
    context = types.SimpleNamespace(replica_id_in_sync_group=0)
    monkeypatch.setattr(tf.distribute, "get_replica_context", lambda: context)
    drawn = []
    for context.replica_id_in_sync_group in (0, 1, 2):
        drawn += [model._augment(pictures, stream).numpy().tobytes() for stream in (0, 1)]
    assert len(set(drawn)) == 6


def test_without_names_no_picture_is_touched(monkeypatch):
    monkeypatch.setattr(augmentation, "augment", None)  # calling it would fail
    model = gan()
    assert model.augment == ()
    model.fit(images(channels=1), verbose=0)
    assert model.steps == 1


def test_a_saved_run_goes_on_as_if_never_stopped(tmp_path):
    pictures = images(channels=1)
    whole = gan(augment=NAMES, r1=1.0)
    whole.fit(pictures, epochs=2, shuffle=False, verbose=0)
    whole.save(tmp_path / "gan.keras")
    resumed = gh.GAN.load(tmp_path / "gan.keras")
    assert resumed.augment == NAMES
    for model in (whole, resumed):
        model.fit(pictures, epochs=2, shuffle=False, verbose=0)
    assert_same_weights(whole, resumed)


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("cutout", r"augment is 'cutout'; expected a tuple of names"),
        (None, r"augment is None; expected a tuple of names"),
        (("cutout", "flip"), r"'flip'; choose from: brightness, saturation, contrast, transl"),
        ((["cutout"],), r"\['cutout'\]; choose from"),
    ],
)
def test_bad_names_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        gan(augment=names)
    with pytest.raises(ValueError, match=message):
        augmentation.augment(images(), names, tf.constant((1, 2)))


def test_points_are_refused():
    with pytest.raises(ValueError, match=r"the samples have the shape \(2,\); leave augment out"):
        tiny.gan(augment=("translation",))
    assert tiny.gan(augment=()).augment == ()


def test_whole_numbers_and_a_single_picture_are_refused():
    with pytest.raises(ValueError, match=r"uint8; expected floats in \[-1, 1\]"):
        augmentation.augment(np.zeros((2, 8, 8, 1), np.uint8), ["cutout"], (1, 2))
    with pytest.raises(ValueError, match=r"shape \(8, 1\)"):
        augmentation.augment(tf.zeros((8, 8, 1)), ["cutout"], (1, 2))
