"""The game in the plane: where the points lie, what the discriminator says, where G is pushed.

A `PlaneFrame` holds one moment of a run as plain arrays, so that moments can be kept and drawn
side by side. Reals are blue dots, fakes vermilion crosses; the deeper the green, the more real
the discriminator calls a place, and on the dashed line it cannot decide.
"""

import dataclasses

import matplotlib.colors
import numpy as np
import scipy.special
import tensorflow as tf

from gan_helpers import networks
from gan_helpers.plots import style

LAYERS = ("judgment", "grid", "points", "pushes")
# Few shades make small files, and steps that show which way the judgment rises. All are light:
# points must stay the darkest things in the picture.
_SHADES = np.linspace(0.0, 1.0, 11)
_GREENS = matplotlib.colors.LinearSegmentedColormap.from_list("judgment", ["white", "#66c4a8"])(
    _SHADES[1:]
)
_LONGEST_PUSH = 0.15  # of the picture's side


@dataclasses.dataclass(frozen=True)
class PlaneFrame:
    """One moment of a GAN of points, ready to be drawn.

    Attributes:
        real, fake: float (N, 2), points.
        limits: (low, high) of both axes.
        logits: float (R, R), C on a square lattice; rows go along y, from low to high.
        level: the logit at which the discriminator cannot decide.
        pushed: float (K, 2), the first of the fakes, and
        pushes: float (K, 2), minus the slope of each one's own generator loss there.
        grid: float (L, P, 2), L lines of the latent space as the generator bends them.
        step: number of training steps.
    """

    real: np.ndarray
    fake: np.ndarray
    limits: tuple
    logits: np.ndarray
    level: float
    pushed: np.ndarray
    pushes: np.ndarray
    grid: np.ndarray
    step: int


def plane_frame(gan, real, count=250, pushes=40, seed=0, limits=None, averaged=False):
    """Return a `PlaneFrame` of a GAN of points as it is now.

    Args:
        gan: a compiled `gh.GAN` of samples of shape (2,).
        real: float (N, 2), real points; the first `count` are drawn.
        count: fakes and reals to draw.
        pushes: fakes that get an arrow.
        seed: of the latent vectors; the same in each frame, so that a fake can be followed.
        limits: (low, high) of both axes; None leaves a margin around the real points.
        averaged: draw the averaged generator instead of the one that learns.

    Raises:
        ValueError: for another GAN, points of another shape, or limits that are no interval.
    """
    real = _checked(gan, real)
    limits = limits_around(real) if limits is None else _interval(limits)
    generator = gan.ema_generator if averaged else gan.generator
    latent = np.random.default_rng(seed).standard_normal((count, gan.latent_dim))
    fake = _array(generator(latent.astype(np.float32), training=False))
    pack = networks.pack_of(gan.discriminator)
    pushes = min(pushes, count, len(real)) // pack * pack  # whole packs
    return PlaneFrame(
        real=real[:count],
        fake=fake,
        limits=limits,
        logits=logits_on_lattice(gan.discriminator, limits),
        level=undecided_level(gan, real[:count], fake),
        pushed=fake[:pushes],
        pushes=generator_pushes(gan, real[:pushes], fake[:pushes]),
        grid=latent_grid(generator),
        step=gan.steps,
    )


def limits_around(points, margin=0.25):
    """Return (low, high) of a square that holds the points and a margin, a share of its side."""
    low, high = float(np.min(points)), float(np.max(points))
    rest = margin * max(high - low, 1e-6)
    return low - rest, high + rest


def logits_on_lattice(discriminator, limits, resolution=60):
    """Return C on a square lattice, float (R, R), rows along y.

    A packed discriminator gets a pack of copies of each point.
    """
    ticks = np.linspace(*limits, resolution, dtype=np.float32)
    lattice = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    pack = networks.pack_of(discriminator)
    logits = discriminator(np.repeat(lattice, pack, axis=0), training=False)
    return _array(logits)[::pack].reshape(resolution, resolution)


def undecided_level(gan, real, fake):
    """Return the logit between "real" and "fake": the loss's threshold, or half-way."""
    if gan.adversarial_loss.threshold is not None:
        return gan.adversarial_loss.threshold
    pack = networks.pack_of(gan.discriminator)
    means = [
        np.mean(_array(gan.discriminator(points[: len(points) // pack * pack], training=False)))
        for points in (real, fake)
    ]
    return float(sum(means) / 2)


def generator_pushes(gan, real, fake):
    """Return minus the slope of each fake's own generator loss by its place, float (K, 2).

    The generator's loss is a mean over the K fakes; times K, the slope is that of one fake.
    """
    points = tf.constant(fake, tf.float32)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(points)
        real_logits = gan.discriminator(tf.constant(real, tf.float32), training=False)
        fake_logits = gan.discriminator(points, training=False)
        loss = gan.adversarial_loss.generator(real_logits, fake_logits)
    return -len(fake) * _array(tape.gradient(loss, points))


def latent_grid(generator, lines=5, reach=2.0, points=60):
    """Return straight lines of the latent space as the generator bends them, (L, P, 2).

    The lines are parallel to the first two latent axes, all other coordinates are 0; a latent
    space of one dimension has one line.
    """
    latent_dim = generator.input_shape[-1]
    along = np.linspace(-reach, reach, points)
    if latent_dim == 1:
        latent = along[np.newaxis, :, np.newaxis]
    else:
        across = np.linspace(-reach, reach, lines)
        latent = np.zeros((2, lines, points, latent_dim))
        latent[0, :, :, 0], latent[0, :, :, 1] = along, across[:, np.newaxis]
        latent[1, :, :, 1], latent[1, :, :, 0] = along, across[:, np.newaxis]
    flat = latent.reshape(-1, latent_dim).astype(np.float32)
    return _array(generator(flat, training=False)).reshape(-1, points, 2)


# --- Drawing -------------------------------------------------------------------------------------


def plane_picture(frame, layers=LAYERS, title=None):
    """Return a figure of one moment.

    Args:
        frame: a `PlaneFrame`.
        layers: which of "judgment", "grid", "points", "pushes" to draw.
        title: a text above; None writes the step.
    """
    drawing, axes = style.figure(width=4.2, height=4.4)
    draw_frame(axes[0, 0], frame, layers, title)
    place_legend(drawing, axes[0, 0], columns=2)
    return drawing


def plane_film(frames, titles=None, layers=LAYERS, columns=4, width=7.0):
    """Return a figure of several moments, or several runs, side by side.

    Args:
        frames: list of `PlaneFrame`.
        titles: one short text a frame; None writes the steps.
        layers: which of "judgment", "grid", "points", "pushes" to draw.
        columns: panels a row.
        width: of the figure, in inches.
    """
    titles = [None] * len(frames) if titles is None else titles
    if not len(frames) or len(frames) != len(titles):
        raise ValueError(f"{len(frames)} frames and {len(titles)} titles; give one title each.")
    columns = min(columns, len(frames))
    rows = -(-len(frames) // columns)
    drawing, axes = style.figure(rows, columns, width, (width / columns + 0.25) * rows + 0.3)
    for axis in axes.flat:
        axis.axis("off")
    for axis, frame, title in zip(axes.flat, frames, titles, strict=False):
        axis.axis("on")
        draw_frame(axis, frame, layers, title)
        axis.set(xticks=[], yticks=[])
    place_legend(drawing, axes[0, 0])
    return drawing


def draw_frame(axis, frame, layers=LAYERS, title=None):
    """Draw one moment onto an axis."""
    wrong = [layer for layer in layers if layer not in LAYERS]
    if wrong:
        raise ValueError(f"layers has {', '.join(map(repr, wrong))}; allowed are {LAYERS}.")
    if "judgment" in layers:
        draw_judgment(axis, frame.logits, frame.limits, frame.level)
    if "grid" in layers:
        draw_grid(axis, frame.grid)
    if "points" in layers:
        draw_points(axis, frame.real, frame.fake)
    if "pushes" in layers:
        draw_pushes(axis, frame.pushed, frame.pushes, frame.limits)
    axis.set(xlim=frame.limits, ylim=frame.limits, aspect="equal")
    axis.set_title(f"step {frame.step}" if title is None else title)
    axis.grid(False)


def draw_judgment(axis, logits, limits, level=0.0):
    """Shade the probability of "real", and draw a dashed line where the logit is the level."""
    probability = scipy.special.expit(logits - level)
    ticks = np.linspace(*limits, len(logits))
    axis.contourf(ticks, ticks, probability, _SHADES, colors=_GREENS, antialiased=False)
    if logits.min() < level < logits.max():
        axis.contour(
            ticks, ticks, logits, [level], colors=style.NEUTRAL, linestyles="--", linewidths=1.0
        )
    # Contours have no entry in a legend: these have, and draw nothing.
    axis.fill_between([], [], color=_GREENS[-1], label="called real")
    axis.plot([], [], "--", color=style.NEUTRAL, linewidth=1.0, label="undecided")


def draw_points(axis, real, fake):
    """Draw reals as blue dots and fakes as vermilion crosses."""
    axis.plot(*real.T, "o", ms=4, mew=0, color=style.REAL, label="real")
    axis.plot(*fake.T, "x", ms=3, mew=0.8, color=style.FAKE, label="fake")


def draw_pushes(axis, points, pushes, limits):
    """Draw at each point an arrow: which way, and how strongly, the generator wants to move it.

    An arrow of a tenth of the picture's side stands for a slope that lowers the fake's loss by 1
    on just that way; the longest ones are cut.
    """
    side = limits[1] - limits[0]
    lengths = np.linalg.norm(pushes, axis=1, keepdims=True)
    drawn = np.minimum(lengths * (0.1 * side) ** 2, _LONGEST_PUSH * side)
    arrows = pushes / np.maximum(lengths, 1e-12) * drawn
    axis.quiver(
        *points.T,
        *arrows.T,
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.009,
        headwidth=4,
        color=style.GENERATOR,
        edgecolor="black",
        linewidth=0.3,
        minlength=0,
        zorder=4,
    )
    axis.plot([], [], "->", color=style.GENERATOR, mec="black", mew=0.3, label="push on a fake")


def draw_grid(axis, lines):
    """Draw the bent lines of the latent space."""
    for number, line in enumerate(lines):
        label = "grid of the latent space" if number == 0 else None
        axis.plot(*line.T, "-", linewidth=0.7, color=style.NEUTRAL, alpha=0.6, label=label)


def place_legend(drawing, axis, columns=3):
    """Explain the marks of one axis below the whole figure."""
    drawing.has_few_colors = True  # `plots.png` makes a smaller file then
    handles, labels = axis.get_legend_handles_labels()
    if labels:
        place = "outside lower center"
        drawing.legend(handles, labels, loc=place, ncols=columns, frameon=False, fontsize=9)


# --- Checks --------------------------------------------------------------------------------------


def _checked(gan, real):
    shape = getattr(gan, "sample_shape", None)
    if shape != (2,):
        raise ValueError(
            f"got a {type(gan).__name__} of samples {shape}; expected a gh.GAN of points, (2,)."
        )
    if not getattr(gan, "compiled", False):
        raise ValueError("this GAN is not compiled; call gan.compile first, which sets its loss.")
    real = np.asarray(real, np.float32)
    if real.ndim != 2 or real.shape[1] != 2 or not len(real) or not np.isfinite(real).all():
        raise ValueError(f"real has the shape {real.shape}; expected finite points, (N, 2).")
    return real


def _interval(limits):
    low, high = map(float, limits)
    if not low < high:
        raise ValueError(f"limits is {limits!r}; expected (low, high) with low below high.")
    return low, high


def _array(tensor):
    return np.asarray(tensor, np.float64)
