"""The plane is drawn as it is: judgment, pushes and the bent grid, on networks worked by hand."""

import io
import itertools

import keras
import matplotlib.colors
import numpy as np
import PIL.Image
import pytest

import gan_helpers as gh
from gan_helpers import networks, plots
from gan_helpers.plots import plane

SLOPE = np.array([2.0, -1.0])


def gan(pack=1, latent_dim=2, **options):
    """Return a GAN with G(z) = (z1 + z2, 3 z2) and C(x) = 2 x1 - x2 + 0.5, the mean of a pack."""
    generator = keras.Sequential([keras.Input((latent_dim,)), keras.layers.Dense(2)])
    kernel = np.zeros((latent_dim, 2))
    kernel[:2] = [[1.0, 0.0], [1.0, 3.0]][:latent_dim]
    generator.layers[0].set_weights([kernel, np.zeros(2)])
    judge = keras.layers.Dense(1)
    layers = [networks.Pack(pack), judge, networks.Unpack(pack)] if pack > 1 else [judge]
    discriminator = keras.Sequential([keras.Input((2,)), *layers])
    judge.set_weights([np.tile(SLOPE, pack)[:, np.newaxis] / pack, np.array([0.5])])
    model = gh.GAN(generator, discriminator)
    model.compile(**{"loss": "non_saturating", **options})
    return model


@pytest.fixture
def real():
    return np.random.default_rng(1).uniform(-1.0, 1.0, (50, 2)).astype(np.float32)


def logit(points):
    return points @ SLOPE + 0.5


# --- what a frame holds --------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [1, 2, 5])
def test_lattice_has_each_logit_at_its_place(pack):
    logits = plane.logits_on_lattice(gan(pack).discriminator, (-1.0, 3.0), resolution=5)
    assert logits.shape == (5, 5)
    assert logits[0, 0] == pytest.approx(logit(np.array([-1.0, -1.0])))
    assert logits[0, 4] == pytest.approx(logit(np.array([3.0, -1.0])))  # rows go along y
    assert logits[3, 1] == pytest.approx(logit(np.array([0.0, 2.0])))


def test_pack_is_recognized():
    assert gh.networks.pack_of(gan(1).discriminator) == 1
    assert gh.networks.pack_of(gan(4).discriminator) == 4


@pytest.mark.parametrize("pack", [1, 5])
@pytest.mark.parametrize("loss", ["minimax", "non_saturating", "wasserstein"])
def test_pushes_are_each_fakes_own_slope(real, loss, pack):
    fake = real[:10] * 3.0
    pushes = plane.generator_pushes(gan(pack, loss=loss), real[:10], fake)
    at = logit(fake.reshape(-1, pack, 2).mean(axis=1)).repeat(pack)
    probability = 1.0 / (1.0 + np.exp(-at))
    size = {
        "minimax": probability,
        "non_saturating": 1.0 - probability,
        "wasserstein": np.ones_like(at),
    }
    # All points of a pack share its logit, and each moves it by its part: the two cancel.
    np.testing.assert_allclose(pushes, size[loss][:, np.newaxis] * SLOPE, rtol=1e-4)


def test_pushes_compare_with_the_reals_where_the_loss_does(real):
    fake = -real
    lead = logit(fake) - logit(real)
    wanted = (1.0 / (1.0 + np.exp(lead)))[:, np.newaxis] * SLOPE
    pushes = plane.generator_pushes(gan(loss="relativistic"), real, fake)
    np.testing.assert_allclose(pushes, wanted, rtol=1e-4)


def test_undecided_level_is_the_threshold_or_half_way(real):
    fake = real + [4.0, 0.0]
    assert plane.undecided_level(gan(), real, fake) == 0.0
    assert plane.undecided_level(gan(loss="least_squares"), real, fake) == 0.5
    half_way = logit(real).mean() + 4.0  # fakes lie 8 logits higher
    assert plane.undecided_level(gan(loss="wasserstein"), real, fake) == pytest.approx(half_way)


def test_grid_lines_are_bent_as_the_generator_bends():
    lines = plane.latent_grid(gan().generator, lines=3, reach=1.0, points=5)
    assert lines.shape == (6, 5, 2)
    # The first family runs along z1, the second along z2; G(z) = (z1 + z2, 3 z2).
    np.testing.assert_allclose(
        lines[0], [[z - 1.0, -3.0] for z in np.linspace(-1, 1, 5)], atol=1e-6
    )
    np.testing.assert_allclose(
        lines[5], [[1.0 + z, 3 * z] for z in np.linspace(-1, 1, 5)], atol=1e-6
    )


@pytest.mark.parametrize(("latent_dim", "count"), [(1, 1), (2, 10), (6, 10)])
def test_grid_of_any_latent_space(latent_dim, count):
    assert plane.latent_grid(gan(latent_dim=latent_dim).generator).shape == (count, 60, 2)


def test_frame_draws_the_same_latent_vectors_each_time(real):
    model = gan()
    first, second = (plots.plane_frame(model, real, count=30, seed=4) for _ in range(2))
    latent = np.random.default_rng(4).standard_normal((30, 2))
    np.testing.assert_allclose(first.fake, latent @ [[1, 0], [1, 3]], atol=1e-5)
    np.testing.assert_array_equal(first.fake, second.fake)
    np.testing.assert_array_equal(first.pushed, first.fake[: len(first.pushed)])
    assert len(first.real) == 30 and len(first.pushes) == len(first.pushed) == 30


def test_frame_takes_whole_packs_only(real):
    assert len(plots.plane_frame(gan(4), real, pushes=39).pushes) == 36


def test_frame_of_the_averaged_generator(real):
    model = gan()
    model.generator.layers[0].set_weights([np.zeros((2, 2)), np.array([5.0, 6.0])])
    assert np.all(plots.plane_frame(model, real).fake == [5.0, 6.0])
    assert not np.any(plots.plane_frame(model, real, averaged=True).fake == [5.0, 6.0])


def test_limits_leave_a_margin_around_the_reals():
    low, high = plane.limits_around(np.array([[0.0, 1.0], [4.0, 2.0]]), margin=0.5)
    assert (low, high) == (-2.0, 6.0)
    same = np.ones((3, 2), np.float32)
    assert plots.plane_frame(gan(), same).limits[0] < 1.0 < plots.plane_frame(gan(), same).limits[1]


# --- what is drawn -------------------------------------------------------------------------------


def marks(axis, label):
    return next(line for line in axis.lines if line.get_label() == label)


def judgments(axis):
    """Return the shades and the undecided line."""
    return [collection for collection in axis.collections if hasattr(collection, "levels")]


def test_picture_has_all_layers(real):
    frame = plots.plane_frame(gan(), real)
    drawing = plots.plane_picture(frame)
    (axis,) = drawing.axes
    np.testing.assert_allclose(np.stack(marks(axis, "real").get_data(), 1), frame.real)
    np.testing.assert_allclose(np.stack(marks(axis, "fake").get_data(), 1), frame.fake)
    assert marks(axis, "real").get_marker() != marks(axis, "fake").get_marker()
    assert marks(axis, "fake").get_color() == plots.FAKE
    assert len(judgments(axis)) == 2  # shades, and the line between
    assert axis.get_xlim() == axis.get_ylim() == frame.limits
    assert axis.get_title() == "step 0"
    (legend,) = drawing.legends
    texts = {text.get_text() for text in legend.get_texts()}
    judgment = {"called real", "undecided"}
    assert texts == {"real", "fake", "push on a fake", "grid of the latent space"} | judgment


def test_undecided_line_lies_where_the_logit_is_the_level():
    _, axes = plots.figure()
    limits = (-2.0, 2.0)
    logits = plane.logits_on_lattice(gan().discriminator, limits)
    plane.draw_judgment(axes[0, 0], logits, limits, level=1.5)
    shades, line = judgments(axes[0, 0])
    vertices = np.concatenate([path.vertices for path in line.get_paths()])
    np.testing.assert_allclose(logit(vertices), 1.5, atol=1e-6)
    bands = itertools.pairwise(shades.levels)
    for path, (low, high) in zip(shades.get_paths(), bands, strict=True):
        probability = 1 / (1 + np.exp(1.5 - logit(path.vertices)))
        assert np.all((probability > low - 0.02) & (probability < high + 0.02))


def test_huge_logits_are_drawn_without_a_warning(recwarn):
    _, axes = plots.figure()
    logits = np.array([[-1e6, 1e6], [0.0, 1e30]])
    plane.draw_judgment(axes[0, 0], logits, (0.0, 1.0), level=2e6)
    assert judgments(axes[0, 0])
    assert not [warning for warning in recwarn if "overflow" in str(warning.message)]


def test_arrows_have_the_direction_and_a_cut_length():
    _, axes = plots.figure()
    points = np.zeros((3, 2))
    pushes = np.array([[0.5, 0.0], [0.0, 100.0], [0.0, 0.0]])
    plane.draw_pushes(axes[0, 0], points, pushes, limits=(-5.0, 5.0))
    (arrows,) = axes[0, 0].collections
    np.testing.assert_allclose(arrows.U, [0.5, 0.0, 0.0])  # times (a tenth of the side) squared
    np.testing.assert_allclose(arrows.V, [0.0, 1.5, 0.0])  # cut at 0.15 of the side


def test_layers_can_be_left_out(real):
    frame = plots.plane_frame(gan(), real)
    (axis,) = plots.plane_picture(frame, layers=("points",), title="my title").axes
    assert not axis.collections and len(axis.lines) == 2
    assert axis.get_title() == "my title"


def test_film_has_a_panel_for_each_frame(real):
    frames = [plots.plane_frame(gan(), real) for _ in range(5)]
    drawing = plots.plane_film(frames, list("abcde"), columns=3)
    assert [axis.get_title() for axis in drawing.axes] == [*"abcde", ""]
    assert [bool(axis.lines) for axis in drawing.axes] == [True] * 5 + [False]
    assert len(drawing.legends) == 1
    file = plots.png(drawing)
    assert 10_000 < len(file) < 50_000  # five small panels; a lesson has many such pictures
    shown = np.asarray(PIL.Image.open(io.BytesIO(file)).convert("RGB")).reshape(-1, 3)
    for color in (plots.REAL, plots.FAKE):
        wanted = 255 * np.array(matplotlib.colors.to_rgb(color))
        assert np.abs(shown - wanted).max(axis=1).min() < 12


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "options", "message"),
    [
        (np.zeros((4, 3)), {}, r"shape \(4, 3\); expected finite points"),
        (np.zeros(4), {}, r"shape \(4,\)"),
        (np.zeros((0, 2)), {}, r"shape \(0, 2\)"),
        (np.full((4, 2), np.nan), {}, "finite"),
        (np.zeros((4, 2)), {"limits": (1.0, 1.0)}, "low below high"),
    ],
)
def test_frame_refuses(points, options, message):
    with pytest.raises(ValueError, match=message):
        plots.plane_frame(gan(), points, **options)


def test_frame_refuses_other_gans(real):
    with pytest.raises(ValueError, match=r"expected a gh\.GAN of points"):
        plots.plane_frame("gan", real)
    uncompiled = gh.GAN(gan().generator, gan().discriminator)
    with pytest.raises(ValueError, match="not compiled"):
        plots.plane_frame(uncompiled, real)


def test_film_and_layers_are_checked(real):
    frame = plots.plane_frame(gan(), real)
    with pytest.raises(ValueError, match="0 frames"):
        plots.plane_film([])
    with pytest.raises(ValueError, match="2 frames and 1 titles"):
        plots.plane_film([frame, frame], ["one"])
    with pytest.raises(ValueError, match="'arrows'; allowed are"):
        plots.plane_picture(frame, layers=("points", "arrows"))
