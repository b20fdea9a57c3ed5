"""The lab trains what its controls say, shows it, and starts anew when a setting changes."""

import base64
import html as html_module
import io
import re
import warnings

import numpy as np
import PIL.Image
import pytest

import gan_helpers as gh
from gan_helpers import widgets

VIEW = "application/vnd.jupyter.widget-view+json"
SQUARE = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32).repeat(8, axis=0)


@pytest.fixture(autouse=True, scope="module")
def no_graphs():
    """Run each step as plain Python: for a few steps, building the graph would take longer."""
    compile_as_usual = gh.GAN.compile

    def compile_eagerly(model, **options):
        compile_as_usual(model, **options, run_eagerly=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gh.GAN, "compile", compile_eagerly)
        yield


def lab(data="ring", **options):
    """Return a lab so small that a frame takes next to no time."""
    made = widgets.GanLab(data, **{"width": 4, "batch_size": 8, **options})
    made.steps_per_frame.value = 1
    return made


@pytest.fixture(scope="module")
def trained():
    """Return a lab after two frames of one step; nobody changes its settings."""
    made = lab()
    made.step()
    made.step()
    return made


@pytest.fixture
def undrawn(monkeypatch):
    """Return a lab without pictures, for tests that look at settings alone."""
    monkeypatch.setattr(widgets.GanLab, "_draw", lambda self: None)
    return lab()


def weights(made):
    return np.concatenate([values.ravel() for values in made.gan.get_weights()])


def image_in(html):
    """Return (alt text, picture) of the image in a piece of HTML."""
    alt, coded = re.search(r'<img alt="([^"]*)" src="data:image/png;base64,([^"]+)"', html).groups()
    shown = PIL.Image.open(io.BytesIO(base64.b64decode(coded)))
    return html_module.unescape(alt), np.asarray(shown)


# --- training ------------------------------------------------------------------------------------


def test_steps_train_the_same_gan_as_everywhere(trained):
    assert isinstance(trained.gan, gh.GAN)
    assert trained.gan.steps == 2 and trained.history["step"] == [1, 2]
    assert len(trained.history["generator_loss"]) == len(trained.history["modes"]) == 2


def test_score_is_that_of_the_learning_generator(trained):
    latent = np.random.default_rng(trained.seed).standard_normal((2_500, 2)).astype(np.float32)
    wanted = gh.evaluation.plane_coverage(trained.gan.generator(latent).numpy(), trained.mixture)
    assert trained.scores == wanted
    assert trained.history["high_quality"][-1] == wanted["high_quality"]


def test_picture_and_caption_follow():
    made = lab()
    start = made.picture.copy()
    made.step_button.click()
    assert made.gan.steps == 1 and (made.picture != start).any()
    alt, shown = image_in(made._html.value)
    assert np.array_equal(shown, made.picture)
    assert alt.startswith(made.alt) and "step 1;" in alt and "of 8 modes" in alt
    loss = made.history["discriminator_loss"][-1]
    assert f"loss of D {loss:.2f}" in alt


def test_steps_per_frame_and_play(undrawn, monkeypatch):
    trained = []
    monkeypatch.setattr(undrawn, "_train", trained.append)
    undrawn.steps_per_frame.value = 10
    undrawn.play.value = 1  # what the browser does at each tick
    assert trained == [10]
    undrawn.play.value = 0  # what its stop button does
    assert trained == [10]
    assert undrawn.play.interval >= 200
    undrawn.step(3)
    assert trained == [10, 3]


def test_reset_and_seed_repeat_the_run():
    made = lab(seed=5)
    start = weights(made)
    made.step()
    after, picture = weights(made), made.picture
    assert np.any(after != start)
    made.reset_button.click()
    assert np.array_equal(weights(made), start)
    assert made.gan.steps == 0 and made.history["step"] == []
    made.step()
    np.testing.assert_allclose(weights(made), after, atol=1e-6)
    assert np.abs(made.picture.astype(int) - picture).mean() < 1


def test_another_seed_is_another_start(undrawn):
    other = lab(seed=6)
    assert np.any(weights(other) != weights(undrawn))
    assert (undrawn.gan.seed, other.gan.seed) == (0, 6)  # of the latent vectors


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", gh.losses.LOSSES)
def test_loss_is_used(undrawn, name):
    undrawn.loss.value = name
    assert undrawn.gan.adversarial_loss is gh.losses.LOSSES[name]


@pytest.mark.parametrize(
    ("penalty", "weights"),
    [
        ("none", (0, 0, 0)),
        ("R1", (0.5, 0, 0)),
        ("R1 + R2", (0.5, 0.5, 0)),
        ("WGAN-GP", (0, 0, 0.5)),
    ],
)
def test_penalty_is_used_with_its_weight(undrawn, penalty, weights):
    undrawn.penalty.value, undrawn.weight.value = penalty, 0.5
    assert (undrawn.gan.r1, undrawn.gan.r2, undrawn.gan.gradient_penalty) == weights


def test_each_player_has_its_rate(undrawn):
    undrawn.generator_rate.value, undrawn.discriminator_rate.value = 1e-4, 1e-2
    assert float(undrawn.gan.generator_optimizer.learning_rate) == pytest.approx(1e-4)
    assert float(undrawn.gan.discriminator_optimizer.learning_rate) == pytest.approx(1e-2)


@pytest.mark.parametrize(
    ("control", "value"),
    [
        ("data", "grid"),
        ("loss", "hinge"),
        ("generator_rate", 1e-4),
        ("discriminator_rate", 1e-4),
        ("penalty", "R1"),
        ("weight", 1.0),
    ],
)
def test_changed_setting_starts_anew(undrawn, control, value):
    undrawn.gan.step_counter.assign(7)
    getattr(undrawn, control).value = value
    assert undrawn.gan.steps == 0


def test_pace_and_average_do_not_start_anew(trained):
    model, shown = trained.gan, trained.picture
    trained.steps_per_frame.value = 50
    trained.averaged.value = True
    assert trained.gan is model and model.steps == 2
    assert (trained.picture != shown).any()
    trained.averaged.value, trained.steps_per_frame.value = False, 1
    assert (trained.picture == shown).all()


def test_data_by_name(undrawn):
    made = lab("spiral")
    assert made.data.value == "spiral" and "own points" not in made.data.options
    made.data.value = "grid"
    assert len(made.mixture.centers) == 25
    distances = np.linalg.norm(made.points[:, np.newaxis] - made.mixture.centers, axis=2).min(
        axis=1
    )
    assert distances.max() < 0.5


def test_own_mixture():
    mixture = gh.data.Mixture([[0.0, 0.0], [5.0, 0.0]], 0.1)
    made = lab(mixture)
    assert made.data.value == "own points" and made.mixture is mixture
    assert "of 2 modes" in made._html.value
    made.data.value = "ring"
    assert made.mixture is not mixture
    made.data.value = "own points"
    assert made.mixture is mixture


def test_own_points_are_used_as_they_are_and_have_no_modes():
    made = lab(SQUARE.tolist())
    assert made.points.dtype == np.float32 and np.array_equal(made.points, SQUARE)
    made.step()
    assert made.mixture is None and made.scores == {}
    alt, _ = image_in(made._html.value)
    assert "modes;" not in alt and "high quality" not in alt


# --- broken numbers ------------------------------------------------------------------------------


def test_broken_numbers_are_told_below_the_picture():
    made = lab()
    broken = [np.full(values.shape, np.nan) for values in made.gan.generator.get_weights()]
    made.gan.generator.set_weights(broken)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        made.step()
    assert "Training stopped" in made._html.value and "Training stopped" in made.caption
    made.reset()
    assert "Training stopped" not in made.caption


# --- what a notebook stores ----------------------------------------------------------------------


def test_mimebundle_has_widget_first_picture_and_fixed_text(trained):
    data, metadata = trained._repr_mimebundle_()
    assert set(data) == {VIEW, "image/png", "text/plain"}
    assert (
        data["text/plain"]
        == f"[widget] {trained.alt}"
        == lab()._repr_mimebundle_()[0]["text/plain"]
    )
    assert metadata["image/png"]["alt"] == trained.alt
    first = base64.b64decode(data["image/png"])
    assert PIL.Image.open(io.BytesIO(first)).size == trained.picture.shape[1::-1]
    assert len(first) < 150_000


def test_labels_are_visible_and_no_output_widget_is_used(trained):
    choices, buttons, _ = trained.widget.children
    labels = [control.description for control in choices.children]
    assert labels[:4] == ["Data", "Loss", "Rate of G", "Rate of D"] and all(labels)
    assert [button.description for button in buttons.children[1:]] == ["Step", "Reset"]
    names = [child._view_name for child in (*choices.children, *buttons.children)]
    assert "OutputView" not in names


def test_film_starts_anew_and_has_a_panel_a_step():
    made = lab()
    made.step()
    drawing = made.film((0, 1, 2))
    titles = [axis.get_title() for axis in drawing.axes]
    assert [title.split(",")[0] for title in titles] == ["step 0", "step 1", "step 2"]
    assert all("of 8" in title for title in titles)
    assert made.gan.steps == 2 and "step 2" in made._html.value


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("circle", "data is 'circle'; allowed are ring, grid, spiral"),
        (3, r"data is a int of shape \(\)"),
        ([["a", "b"]], "data is a list"),
        (np.zeros((9, 3)), r"shape \(9, 3\)"),
        (np.full((9, 2), np.inf), "finite points"),
        (np.zeros((7, 2)), "there are 7 points; give at least batch_size, 8"),
    ],
)
def test_data_is_checked(data, message):
    with pytest.raises(ValueError, match=message):
        lab(data)


@pytest.mark.parametrize("name", ["width", "batch_size"])
@pytest.mark.parametrize("value", [0, 2.5, "8", True])
def test_numbers_are_checked(name, value):
    with pytest.raises(ValueError, match=rf"{name} is .*whole number"):
        lab(**{name: value})


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_steps_of_a_frame_are_checked(undrawn, steps):
    with pytest.raises(ValueError, match=r"steps is .*whole number"):
        undrawn.step(steps)


def test_frames_follow_each_other_in_the_data():
    """However far TensorFlow reads ahead, the place in the data is that of the step."""
    made = lab(SQUARE.tolist())
    made.step(3)
    made.step(2)
    assert int(made._dataset.step) == 3  # where the last frame began


@pytest.mark.parametrize("seed", [-1, 2**31, 0.5])
def test_seed_is_checked(seed):
    with pytest.raises(ValueError, match="seed is"):
        lab(seed=seed)


@pytest.mark.parametrize("steps", [(), (3, 1), (1, 1), (-1, 2), (0.5,), (True,)])
def test_steps_of_a_film_are_checked(trained, steps):
    with pytest.raises(ValueError, match="rising whole numbers"):
        trained.film(steps)
