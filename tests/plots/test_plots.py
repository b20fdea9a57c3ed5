"""Pictures have the right size, layout and words, and leave nothing behind."""

import io
import logging
import types
import warnings

import matplotlib.colors
import matplotlib.figure
import matplotlib.pyplot
import numpy as np
import PIL.Image
import pytest
import tiny

import gan_helpers as gh
from gan_helpers import plots


def flat(values, side=2, channels=1):
    """Return one picture of each gray level, uint8 (N, side, side, channels)."""
    return np.stack([np.full((side, side, channels), value, np.uint8) for value in values])


def size_of(drawing):
    """Return (width, height) in pixels of the PNG."""
    return PIL.Image.open(io.BytesIO(plots.png(drawing))).size


def image_of(axis):
    return np.asarray(axis.images[0].get_array())


# --- tile ----------------------------------------------------------------------------------------


def test_tile_lays_out_row_by_row_with_white_gaps():
    tiled = plots.tile(flat([10, 20, 30, 40, 50]), columns=3, gap=1)
    wanted = [
        [10, 10, 255, 20, 20, 255, 30, 30],
        [10, 10, 255, 20, 20, 255, 30, 30],
        [255] * 8,
        [40, 40, 255, 50, 50, 255, 255, 255],
        [40, 40, 255, 50, 50, 255, 255, 255],
    ]
    assert tiled.dtype == np.uint8 and np.array_equal(tiled[..., 0], wanted)


def test_tile_draws_its_gaps_in_the_gray_that_is_asked_for():
    tiled = plots.tile(flat([10, 20]), columns=2, gap=1, background=128)
    assert np.array_equal(tiled[0, :, 0], [10, 10, 128, 20, 20])


def test_tile_keeps_colors_and_needs_no_square_pictures():
    pictures = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    tiled = plots.tile(pictures, columns=2, gap=0)
    assert tiled.shape == (3, 8, 3)
    assert np.array_equal(tiled[:, :4], pictures[0]) and np.array_equal(tiled[:, 4:], pictures[1])


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (8, 4), (32, 8), (50, 10)])
def test_tile_chooses_a_wide_grid(count, columns):
    rows = -(-count // columns)
    assert plots.tile(flat([0] * count), gap=0).shape == (2 * rows, 2 * columns, 1)


@pytest.mark.parametrize("columns", [0, -1, 2.0])
def test_tile_refuses_columns(columns):
    with pytest.raises(ValueError, match=r"columns is .*whole number from 1 on"):
        plots.tile(flat([1]), columns=columns)


@pytest.mark.parametrize("pictures", [np.zeros((2, 4, 4, 1)), np.zeros((4, 4), np.uint8)])
def test_pictures_of_another_kind_are_refused(pictures):
    for draw in (plots.tile, plots.image_grid):
        with pytest.raises(ValueError, match=r"^pictures (is float64|has the shape)"):
            draw(pictures)


# --- figures -------------------------------------------------------------------------------------


def history(epochs=3):
    rising = list(np.linspace(0.4, 0.8, epochs))
    return {name: rising for name in gh.gan.METRICS}


def every_figure(digits):
    """Return {name: figure}, one for each function that draws."""
    frames = [digits[:8], digits[8:16]]
    floats = gh.data.scale(digits[:32])
    ends = np.eye(2, tiny.LATENT_DIM, dtype=np.float32)
    return {
        "image_grid": plots.image_grid(digits[:12], title="Digits"),
        "titled": plots.image_grid(digits[:10], titles=[f"no. {n}" for n in range(10)]),
        "film": plots.film(frames, ["step 0", "step 100"]),
        "neighbors": plots.neighbors(digits[:4], digits[:8].reshape(4, 2, 28, 28, 1), [1.0] * 4),
        "loss_curves": plots.loss_curves(history(), gh.losses.LOSSES["hinge"]),
        "histogram": plots.histogram({"raw": digits[:8], "scaled": floats[:8]}),
        "batches": plots.batches(gh.data.pipeline(digits[:64], 16), count=2),
        "score_curve": plots.score_curve({"a": [run([9.0, 2.0]), run([8.0, 1.0])]}, floor=0.5),
        "interpolation": plots.interpolation(Painter(digits), *ends, steps=3),
    }


class Painter:
    """Stands for a GAN: returns real digits, as many as latent vectors came."""

    def __init__(self, pictures):
        self.pictures = pictures

    def generate(self, latent, condition=None):
        return self.pictures[: len(latent)]


def test_every_figure_draws_without_a_warning_and_is_forgotten(digits, caplog):
    open_before = matplotlib.pyplot.get_fignums()
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING):
        warnings.simplefilter("error")
        for name, drawing in every_figure(digits).items():
            assert isinstance(drawing, matplotlib.figure.Figure), name
            width, height = size_of(drawing)
            assert 300 <= width <= 760 and 40 <= height <= 760, (name, width, height)
    assert caplog.records == []  # "font family not found" comes as a log line
    assert matplotlib.pyplot.get_fignums() == open_before


def test_style_stays_inside_the_package():
    before = dict(matplotlib.rcParams)
    plots.figure()
    assert dict(matplotlib.rcParams) == before


def test_figure_has_panels_of_the_asked_size():
    drawing, axes = plots.figure(2, 3, width=5.0, height=4.0)
    assert axes.shape == (2, 3)
    assert tuple(drawing.get_size_inches()) == (5.0, 4.0)
    # 100 pixels an inch; the margin is cut to what is drawn.
    np.testing.assert_allclose(size_of(drawing), (500, 400), atol=25)


def test_roles_have_different_colors_that_differ_in_lightness_or_hue():
    colors = [plots.REAL, plots.FAKE, plots.GENERATOR, plots.DISCRIMINATOR]
    assert len(set(colors)) == 4
    rgb = np.array([matplotlib.colors.to_rgb(color) for color in colors])
    gaps = np.linalg.norm(rgb[:, np.newaxis] - rgb, axis=-1)[np.triu_indices(4, 1)]
    assert gaps.min() > 0.25


def test_image_grid_shows_the_tiles(digits):
    drawing = plots.image_grid(digits[:6], columns=3)
    (axis,) = drawing.axes
    assert np.array_equal(image_of(axis), plots.tile(digits[:6], 3).squeeze())
    assert axis.images[0].get_clim() == (0, 255)  # gray levels mean the same in every figure


def test_image_grid_with_titles(digits):
    drawing = plots.image_grid(digits[:3], columns=2, titles=["a", "b", "c"], title="all")
    assert [axis.get_title() for axis in drawing.axes] == ["a", "b", "c", ""]
    assert drawing.get_suptitle() == "all"
    assert np.array_equal(image_of(drawing.axes[1]), digits[1].squeeze())
    with pytest.raises(ValueError, match="2 titles for 3 pictures"):
        plots.image_grid(digits[:3], titles=["a", "b"])


def test_film_has_one_labeled_row_a_frame(digits):
    drawing = plots.film([digits[:9], digits[9:18], digits[:9]], ["a", "b", "c"], columns=4)
    (axis,) = drawing.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["a", "b", "c"]
    picture = image_of(axis)
    assert picture.shape == (3 * 29 - 1, 4 * 29 - 1)
    assert np.array_equal(picture[29:57, 29:57], digits[10].squeeze())
    # Each label stands at its row.
    assert all(row * 29 <= tick < row * 29 + 29 for row, tick in enumerate(axis.get_yticks()))


def test_white_pictures_do_not_vanish_on_the_white_page():
    (axis,) = plots.film([np.full((3, 28, 28, 1), 255, np.uint8)], ["white"]).axes
    for spine in axis.spines.values():
        assert spine.get_visible() and spine.get_edgecolor()[:3] != (1.0, 1.0, 1.0)


@pytest.mark.parametrize(("frames", "titles"), [(0, 0), (2, 1)])
def test_film_refuses(frames, titles, digits):
    with pytest.raises(ValueError, match=f"{frames} frames and {titles} titles"):
        plots.film([digits[:2]] * frames, ["x"] * titles)


def test_neighbors_stand_below_their_samples(digits):
    nearest = digits[:6].reshape(3, 2, 28, 28, 1)
    drawing = plots.neighbors(digits[10:13], nearest, distances=[1.25, 20.0, 300.0])
    axes = np.array(drawing.axes).reshape(3, 3)
    for column in range(3):
        assert np.array_equal(image_of(axes[0, column]), digits[10 + column].squeeze())
        for row in range(2):
            below = image_of(axes[row + 1, column])
            assert np.array_equal(below, nearest[column, row].squeeze())
    assert [axis.get_title() for axis in axes[0]] == ["1.25", "20", "300"]
    with pytest.raises(ValueError, match=r"expected \(N, K, H, W, C\) for 2 pictures"):
        plots.neighbors(digits[:2], nearest)


@pytest.mark.parametrize("loss", gh.losses.LOSSES.values(), ids=lambda loss: loss.name)
def test_balance_lines(loss):
    left, _ = plots.loss_curves(history(), loss).axes
    lines = [(line.get_ydata()[0], line.get_color()) for line in left.lines[2:]]
    labels = [text.get_text() for text in left.get_legend().get_texts()]
    assert labels[:2] == ["discriminator", "generator"]
    discriminator, generator = loss.balance
    if discriminator == generator:
        assert lines == [(generator, plots.NEUTRAL)]
        assert labels[2:] == [f"balance of both {generator:.3g}"]
    else:
        assert lines == [(discriminator, plots.DISCRIMINATOR), (generator, plots.GENERATOR)]
        assert labels[2:] == [f"balance {value:.3g}" for value in loss.balance]


def test_legends_of_loss_curves_cover_no_curve():
    drawing = plots.loss_curves(history(), gh.losses.get("least_squares"))
    plots.png(drawing)  # lays it out
    for axis in drawing.axes:
        box, inside = axis.get_legend().get_window_extent(), axis.get_window_extent()
        assert box.y1 < inside.y0
        assert box.y0 >= 0


def test_loss_curves_show_the_history():
    values = {name: [number + 0.1, number + 0.2] for number, name in enumerate(gh.gan.METRICS)}
    left, right = plots.loss_curves(values).axes
    drawn = [list(line.get_ydata()) for line in [*left.lines, *right.lines[:2]]]
    names = ("discriminator_loss", "generator_loss", "real_accuracy", "fake_accuracy")
    assert drawn == [values[name] for name in names]
    assert list(left.lines[0].get_xdata()) == [1, 2]
    assert len(left.lines) == 2  # no balance lines without a loss
    # Lines differ by more than color.
    assert left.lines[0].get_linestyle() != left.lines[1].get_linestyle()
    assert left.lines[0].get_marker() != left.lines[1].get_marker()


def test_loss_curves_take_what_fit_returns():
    found = tiny.linear_gan().fit(tiny.points(4), batch_size=4, verbose=0)
    assert plots.loss_curves(found).axes[0].lines


@pytest.mark.parametrize(
    "given", [{}, {"generator_loss": [1.0]}, {**history(), "fake_accuracy": []}]
)
def test_loss_curves_refuse_another_history(given):
    with pytest.raises(ValueError, match=r"history lacks .*fake_accuracy"):
        plots.loss_curves(given)


def run(values, seconds=None, steps=None):
    seconds = np.arange(len(values)) * 2.0 if seconds is None else seconds
    steps = np.arange(len(values)) * 100 if steps is None else steps
    return types.SimpleNamespace(values=values, seconds=seconds, steps=steps)


def test_score_curve_draws_each_run_with_its_own_dash_and_marker():
    runs = {name: run([100.0, 10.0 + number, 5.0]) for number, name in enumerate("abcd")}
    axis = plots.score_curve(runs, floor=1.25, ylabel="FID").axes[0]
    *lines, floor = axis.lines
    for line, given in zip(lines, runs.values(), strict=True):
        assert np.array_equal(line.get_xdata(), given.seconds)
        assert np.array_equal(line.get_ydata(), given.values)
    looks = [(line.get_linestyle(), line.get_marker(), line.get_color()) for line in lines]
    assert all(len(set(look)) >= 3 for look in zip(*looks, strict=True))
    assert len({look[:2] for look in looks}) == len({look[2] for look in looks}) == 4
    assert not {look[2] for look in looks} & {plots.REAL, plots.GENERATOR, plots.DISCRIMINATOR}
    assert np.array_equal(floor.get_ydata(), [1.25, 1.25]) and floor.get_color() == plots.REAL
    labels = [text.get_text() for text in axis.get_legend().get_texts()]
    assert labels == ["a", "b", "c", "d", "real pictures: 1.2"]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("training time (s)", "FID")
    assert axis.get_yscale() == "log"


def test_score_curve_against_steps_on_a_linear_axis():
    axis = plots.score_curve({"kid": run([0.5, -0.1])}, against="steps", log=False).axes[0]
    assert np.array_equal(axis.lines[0].get_xdata(), [0, 100])
    assert (axis.get_xlabel(), axis.get_yscale()) == ("training step", "linear")


@pytest.mark.parametrize(
    ("floor", "printed"), [(0.3561, "0.36"), (-0.0013, "-0.0013"), (12.3, "12"), (1234.5, "1,234")]
)
def test_score_curve_prints_the_floor_with_two_digits(floor, printed):
    axis = plots.score_curve({"a": run([9.0, 2.0])}, floor=floor, log=False).axes[0]
    assert axis.get_legend().get_texts()[-1].get_text() == f"real pictures: {printed}"


@pytest.mark.parametrize("log", [True, False])
def test_score_curve_band_reaches_over_all_seeds(log):
    """Runs are interpolated to the times of all of them, where all of them have values."""
    seeds = [
        run([100.0, 1.0], seconds=[0.0, 4.0]),
        run([40.0, 20.0, 10.0], seconds=[1.0, 2.0, 5.0]),
        run([60.0, 50.0], seconds=[1.0, 5.0]),
    ]
    axis = plots.score_curve({"a": seeds}, log=log).axes[0]
    (line,), (band,) = axis.lines, axis.collections
    assert np.array_equal(line.get_xdata(), [1.0, 2.0, 4.0])
    mean = (lambda a, b, share: a ** (1 - share) * b**share) if log else (
        lambda a, b, share: a * (1 - share) + b * share
    )  # fmt: skip
    at_two = [mean(100, 1, 0.5), 20.0, mean(60, 50, 0.25)]
    assert line.get_ydata()[1] == pytest.approx(np.median(at_two))
    corners = band.get_paths()[0].vertices
    at_two_drawn = corners[corners[:, 0] == 2.0][:, 1]
    assert (at_two_drawn.min(), at_two_drawn.max()) == pytest.approx((min(at_two), max(at_two)))
    assert axis.get_legend().get_texts()[0].get_text() == "a (3 seeds)"


@pytest.mark.parametrize(
    ("runs", "options", "message"),
    [
        ({}, {}, "0 runs are given; expected 1 to 4"),
        (dict.fromkeys("abcde", run([1.0])), {}, "5 runs are given"),
        ({"a": []}, {}, "'a' is an empty list"),
        ({"a": run([])}, {}, "'a' has 0 seconds and 0 values"),
        ({"a": run([1.0, 2.0], seconds=[0.0])}, {}, "'a' has 1 seconds and 2 values"),
        ({"a": run([1.0, 0.0])}, {}, "'a' has values not above 0; give log=False"),
        ({"a": run([1.0, float("nan")])}, {}, "'a' has values not above 0"),
        ({"a": run([1.0])}, {"against": "epochs"}, "against is 'epochs'; it must be \"seconds\""),
        ({"a": [run([1.0, 2.0]), run([1.0], seconds=[9.0])]}, {}, "'a' share no seconds"),
    ],
)
def test_score_curve_refuses(runs, options, message):
    with pytest.raises(ValueError, match=message):
        plots.score_curve(runs, **options)


def test_histogram_shares_add_up(digits):
    axis = plots.histogram({"digits": digits[:5]}, bins=10).axes[0]
    assert sum(bar.get_height() for bar in axis.patches) == pytest.approx(100)
    assert len(axis.patches) == 10 and axis.get_yscale() == "log"
    for bad in ({}, {"nothing": []}):
        with pytest.raises(ValueError, match="named_values is empty"):
            plots.histogram(bad)


def test_batches_shows_gray_levels_again(digits):
    dataset = gh.data.pipeline(digits[:40], batch_size=8, seed=1)
    dataset.epoch.assign(0)
    wanted = gh.data.unscale(next(iter(dataset)).numpy())
    labeled = gh.data.pipeline(digits[:40], batch_size=8, seed=1, labels=np.zeros(40, int))
    for drawn in (dataset, labeled):
        drawn.epoch.assign(0)
        (axis,) = plots.batches(drawn, count=2, columns=8).axes
        assert np.array_equal(image_of(axis)[:28, :28], wanted[0].squeeze())


# --- showing and animating -----------------------------------------------------------------------


@pytest.fixture
def displayed(monkeypatch):
    """Return the list of what is displayed from now on, as (data, options)."""
    import IPython.display

    seen = []
    monkeypatch.setattr(IPython.display, "display", lambda data, **more: seen.append((data, more)))
    return seen


def test_show_gives_a_picture_with_alt_text(displayed, digits):
    alt = "Twelve handwritten digits in two rows."
    plots.show(plots.image_grid(digits[:12]), alt)
    ((data, options),) = displayed
    assert set(data) == {"image/png", "text/plain"}
    assert data["image/png"].startswith(b"\x89PNG") and len(data["image/png"]) < 150_000
    assert data["text/plain"] == f"[picture] {alt}"
    assert options == {"raw": True, "metadata": {"image/png": {"alt": alt}}}


@pytest.mark.parametrize("channels", [1, 3])
def test_show_takes_a_bare_picture(displayed, channels):
    picture = flat([77], side=30, channels=channels)[0]
    plots.show(picture, "A square of one single gray level.")
    shown = np.asarray(PIL.Image.open(io.BytesIO(displayed[0][0]["image/png"])))
    assert np.array_equal(shown, picture.squeeze())


@pytest.mark.parametrize("alt", [None, "", "digits", " " * 40, 12])
def test_show_wants_alt_text(alt, displayed):
    with pytest.raises(ValueError, match="describe the picture in a sentence"):
        plots.show(plots.figure()[0], alt)
    assert displayed == []


def test_show_has_no_default_alt_text():
    with pytest.raises(TypeError, match="alt"):
        plots.show(plots.figure()[0])


@pytest.mark.parametrize("channels", [1, 3])
def test_animation_has_all_frames_and_rests_on_the_last(channels):
    frames = [flat([value] * 4, 5, channels) for value in (0, 100, 200)]
    gif = PIL.Image.open(io.BytesIO(plots.animation(frames, milliseconds=50, columns=2, scale=3)))
    assert (gif.format, gif.n_frames, gif.info["loop"]) == ("GIF", 3, 0)
    assert gif.size == (33, 33)  # two pictures of 5 pixels and a gap, three times as large
    times, levels = [], []
    for number in range(3):
        gif.seek(number)
        times.append(gif.info["duration"])
        levels.append(gif.convert("RGB").getpixel((1, 1))[0])
    assert times == [50, 50, 200]
    assert levels == [0, 100, 200]


def test_animation_refuses_nothing():
    with pytest.raises(ValueError, match="frames is empty"):
        plots.animation([])


# --- latent space --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["linear", "spherical"])
def test_interpolation_begins_and_ends_where_it_should(method):
    start, end = np.random.default_rng(0).standard_normal((2, 16))
    way = plots.interpolate(start, end, 9, method)
    assert way.shape == (9, 16) and way.dtype == np.float32
    np.testing.assert_allclose(way[0], start, atol=1e-6)
    np.testing.assert_allclose(way[-1], end, atol=1e-6)


def test_spherical_way_keeps_distance_and_pace():
    start, end = np.linalg.qr(np.random.default_rng(0).standard_normal((16, 2)))[0].T * 4.0
    end = 0.5 * start + np.sqrt(0.75) * end  # 60 degrees away
    way = plots.interpolate(start, end, 7, "spherical")
    np.testing.assert_allclose(np.linalg.norm(way, axis=1), 4.0, rtol=1e-6)
    angles = np.degrees(np.arccos(np.clip(np.sum(way[:-1] * way[1:], axis=1) / 16, -1, 1)))
    np.testing.assert_allclose(angles, 10.0, rtol=1e-3)
    # Every tenth degree lies where rotation puts it.
    beside = (end - 0.5 * start) / np.sqrt(0.75)
    turned = np.cos(np.radians(20)) * start + np.sin(np.radians(20)) * beside
    np.testing.assert_allclose(way[2], turned, atol=1e-5)


def test_straight_way_cuts_through_the_inside():
    way = plots.interpolate(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 3, "linear")
    np.testing.assert_allclose(way[1], [0.5, 0.5])
    round_way = plots.interpolate(np.array([1.0, 0.0]), np.array([0.0, 1.0]), 3, "spherical")
    np.testing.assert_allclose(round_way[1], np.sqrt([0.5, 0.5]), rtol=1e-6)


@pytest.mark.parametrize("end", [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0], [1.0, 2.0]])
def test_spherical_way_between_parallel_vectors_is_straight(end):
    start = np.array([1.0, 2.0])
    way = plots.interpolate(start, np.array(end), 5)
    np.testing.assert_allclose(way, plots.interpolate(start, np.array(end), 5, "linear"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.zeros(3), np.zeros(4)), r"shapes \(3,\) and \(4,\); expected \(latent_dim,\)"),
        ((np.zeros((1, 3)), np.zeros((1, 3))), r"shapes \(1, 3\)"),
        ((np.zeros(3), np.zeros(3), 1), "steps is 1; it must be a whole number from 2 on"),
        ((np.zeros(3), np.zeros(3), 4.0), "steps is 4.0"),
        ((np.zeros(3), np.zeros(3), 4, "slerp"), "method is 'slerp'; allowed are spherical"),
    ],
)
def test_interpolate_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.interpolate(*arguments)


def test_interpolation_draws_both_ways(digits):
    drawing = plots.interpolation(Painter(digits), np.ones(4), -np.ones(4), steps=5)
    (axis,) = drawing.axes
    assert [label.get_text() for label in axis.get_yticklabels()] == ["linear", "spherical"]
    assert image_of(axis).shape == (2 * 29 - 1, 5 * 29 - 1)


def test_only_the_channel_axis_is_dropped():
    strip = np.arange(12, dtype=np.uint8).reshape(1, 4, 3)
    assert PIL.Image.open(io.BytesIO(plots.png(strip))).size == (4, 1)
    plots.image_grid(np.zeros((1, 1, 8, 1), np.uint8))
    assert plots.animation([np.zeros((1, 1, 1, 1), np.uint8)])
