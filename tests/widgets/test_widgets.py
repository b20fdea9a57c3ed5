"""Widgets: what moves, what a reader without a kernel sees, what is refused."""

import base64
import io
import re

import keras
import numpy as np
import PIL.Image
import pytest

import gan_helpers as gh
from gan_helpers import widgets

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def gan():
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)
    shape = (28, 28, 1)
    return gh.GAN(
        gh.networks.generator(shape, latent_dim=8, width=4),
        gh.networks.discriminator(shape, width=4),
    )


@pytest.fixture
def explorer(gan):
    return widgets.LatentExplorer(gan)


def image_in(html):
    """Return (alt text, picture) of the image in a piece of HTML."""
    alt, coded = re.search(r'<img alt="([^"]*)" src="data:image/png;base64,([^"]+)"', html).groups()
    return alt, np.asarray(PIL.Image.open(io.BytesIO(base64.b64decode(coded))))


# --- What the explorer shows -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slider", "value"),
    [("first_seed", 5), ("second_seed", 6), ("position", 0.9), ("truncation", 0.3)],
)
def test_moving_a_slider_changes_the_picture(explorer, slider, value):
    before = explorer.picture.copy()
    before_shown = image_in(explorer._html.value)[1]
    getattr(explorer, slider).value = value
    assert (explorer.picture != before).any()
    assert (image_in(explorer._html.value)[1] != before_shown).any()


def test_shows_both_ends_and_the_way_between(explorer, gan):
    explorer.first_seed.value, explorer.second_seed.value = 3, 4
    explorer.position.value, explorer.truncation.value = 0.25, 0.8
    ends = [np.random.default_rng(seed).standard_normal(8) for seed in (3, 4)]
    way = gh.plots.interpolate(*ends, steps=5)
    expected = gan.generate(latent=0.8 * way[[0, 1, 4]])
    assert explorer.picture.shape == (28, 3 * 28 + 2 * 2, 1)
    for column, picture in enumerate(expected):
        left = column * 30
        shown = explorer.picture[:, left : left + 28].astype(int)
        assert np.abs(shown - picture).max() <= 1
    np.testing.assert_allclose(explorer.latent, 0.8 * way[1], atol=1e-6)


def test_positions_0_and_1_are_the_two_ends(explorer):
    for position, left in ((0.0, 0), (1.0, 60)):
        explorer.position.value = position
        gap = explorer.picture[:, 30:58].astype(int) - explorer.picture[:, left : left + 28]
        assert np.abs(gap).max() <= 1


def test_truncation_0_draws_one_picture_only(explorer):
    explorer.truncation.value = 0.0
    first, middle, second = (explorer.picture[:, left : left + 28] for left in (0, 30, 60))
    assert (first == middle).all() and (first == second).all()


def test_button_chooses_two_different_seeds(explorer):
    for _ in range(5):
        explorer.new_pair.click()
        assert explorer.first_seed.value != explorer.second_seed.value


def test_picture_is_enlarged_by_the_scale(gan):
    explorer = widgets.LatentExplorer(gan, scale=2)
    shown = image_in(explorer._html.value)[1]
    assert shown.shape == (56, 2 * explorer.picture.shape[1])
    assert (shown[::2, ::2] == explorer.picture[..., 0]).all()


def test_labels_are_visible_and_alt_text_tells_the_state(explorer):
    sliders = (
        explorer.first_seed,
        explorer.second_seed,
        explorer.position,
        explorer.truncation,
    )
    labels = [slider.description for slider in sliders]
    assert labels == ["First seed", "Second seed", "Position", "Truncation"]
    explorer.position.value = 0.75
    alt, _ = image_in(explorer._html.value)
    assert explorer.alt in alt and "position 0.75" in alt


# --- What a notebook stores --------------------------------------------------------------------


def test_mimebundle_has_widget_picture_and_fixed_text(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert set(data) == {VIEW, "image/png", "text/plain"}
    assert data[VIEW]["version_major"] == 2 and "model_id" in data[VIEW]
    assert len(metadata["image/png"]["alt"]) >= 20
    first = PIL.Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert first.size == (explorer.scale * 88, explorer.scale * 28)
    explorer.position.value = 0.1
    again, _ = explorer._repr_mimebundle_()
    assert again["text/plain"] == data["text/plain"] == f"[widget] {explorer.alt}"


def test_no_output_widget_is_used(explorer):
    names = [child._view_name for child in explorer.widget.children]
    assert names and "OutputView" not in names


# --- Live samples ------------------------------------------------------------------------------


def train(gan, live, steps=4):
    gan.compile()
    images = np.random.default_rng(0).integers(0, 256, (16, 28, 28, 1), dtype=np.uint8)
    dataset = gh.data.pipeline(images, batch_size=4)
    gan.fit(dataset, steps_per_epoch=steps, epochs=1, callbacks=[live], verbose=0)


def test_live_samples_follow_the_training(gan):
    live = widgets.LiveSamples(count=6, seed=2, seconds=0.0)
    shown = []
    live._html.observe(lambda change: shown.append(change["new"]), names="value")
    train(gan, live, steps=3)
    assert len(shown) >= 4 and len(set(shown)) >= 4  # the start, each step, the end
    assert (live.picture == gh.plots.tile(gan.generate(6, seed=2))).all()
    alt, _ = image_in(live._html.value)
    assert live.alt in alt and f"step {gan.steps}" in alt


def test_live_samples_draw_seldom(gan):
    live = widgets.LiveSamples(count=2, seconds=1e6)
    shown = []
    live._html.observe(lambda change: shown.append(change["new"]), names="value")
    train(gan, live)
    assert 1 <= len(shown) <= 2  # the start and the end


def test_live_samples_leave_broken_numbers_to_the_guard(gan):
    live = widgets.LiveSamples(count=2, seconds=0.0)
    live.set_model(gan)
    live.on_train_begin()
    kernel = gan.ema_generator.weights[0]
    kept = kernel.numpy()
    kernel.assign(np.full(kernel.shape, np.nan))
    live.on_train_batch_end(0)  # `generate` refuses NaN
    kernel.assign(kept)


def test_live_samples_before_training_are_text_only():
    live = widgets.LiveSamples()
    data, metadata = live._repr_mimebundle_()
    assert set(data) == {VIEW, "text/plain"} and not metadata
    assert "image" not in live._html.value


# --- Wrong arguments ---------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [0, -1, 1.5, "2", True])
def test_scale_is_checked(gan, scale):
    with pytest.raises(ValueError, match=r"scale is .*whole number"):
        widgets.LatentExplorer(gan, scale=scale)
    with pytest.raises(ValueError, match=r"scale is .*whole number"):
        widgets.LiveSamples(scale=scale)


@pytest.mark.parametrize("count", [0, 2.5, None])
def test_count_is_checked(count):
    with pytest.raises(ValueError, match=r"count is .*whole number"):
        widgets.LiveSamples(count=count)


@pytest.mark.parametrize("seconds", [-1, "2", None, float("nan")])
def test_seconds_are_checked(seconds):
    with pytest.raises(ValueError, match=r"seconds is .*number from 0 on"):
        widgets.LiveSamples(seconds=seconds)


def test_something_else_than_a_gan_is_refused():
    with pytest.raises(ValueError, match=r"got a str; expected a gh\.GAN"):
        widgets.LatentExplorer("gan.keras")


def test_classes_have_a_slider(gan, explorer):
    assert explorer.label is None
    options = {"width": 2, "classes": 3}
    conditional = gh.GAN(
        gh.networks.generator((28, 28, 1), latent_dim=8, **options),
        gh.networks.discriminator((28, 28, 1), **options),
    )
    shown = widgets.LatentExplorer(conditional)
    assert (shown.label.min, shown.label.max) == (0, 2)
    shown.label.value = 2
    wanted = conditional.generate(latent=shown._latents(), condition=2)
    assert np.array_equal(shown.picture, gh.plots.tile(wanted, columns=3, gap=2))
    assert "class 2; seed 0" in shown._html.value


def test_gan_of_points_is_refused():
    generator = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    discriminator = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match=r"\(2,\); a picture is \(H, W, C\)"):
        widgets.LatentExplorer(gh.GAN(generator, discriminator))
