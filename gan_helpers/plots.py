"""Static pictures in one style. Each function returns a matplotlib Figure; `show` displays it.

Okabe and Ito's palette is safe for color-blind readers; every line also differs by dash or
marker. The four roles keep their colors through the whole course.
"""

import io

import matplotlib
import matplotlib.figure
import numpy as np
import PIL.Image

from gan_helpers.data import arrays

REAL = "#0072B2"  # blue: real data
FAKE = "#D55E00"  # vermilion: fakes
GENERATOR = "#E69F00"  # orange
DISCRIMINATOR = "#009E73"  # green
NEUTRAL = "#555555"

STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "legend.fontsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.8,
    "figure.dpi": 100,
    "legend.frameon": False,
}


def figure(rows=1, columns=1, width=7.0, height=2.8):
    """Return (figure, axes) in the course's style; `axes` is an array of rows x columns.

    Args:
        rows, columns: number of panels.
        width, height: size in inches of the whole figure.
    """
    with matplotlib.rc_context(STYLE):
        # Not through pyplot: figures made there pile up in memory until they are closed.
        drawing = matplotlib.figure.Figure(figsize=(width, height), layout="constrained")
        axes = drawing.subplots(rows, columns, squeeze=False)
    return drawing, axes


def show(drawing, alt):
    """Display a figure in a notebook with alt text for readers who do not see it.

    The text is stored in the notebook beside the picture, where nbconvert's pages take it from.
    JupyterLab 4.6 does not hand it to the browser yet (jupyter/enhancement-proposals#120).

    Args:
        drawing: a matplotlib Figure, or a picture as uint8 (H, W, C).
        alt: what the picture shows, in a sentence; it must not depend on the run.

    Raises:
        ValueError: when `alt` is missing or too short to describe anything.
    """
    import IPython.display

    if not isinstance(alt, str) or len(alt.strip()) < 20:
        raise ValueError(f"alt is {alt!r}; describe the picture in a sentence.")
    data = {"image/png": png(drawing), "text/plain": f"[picture] {alt}"}
    metadata = {"image/png": {"alt": alt}}
    IPython.display.display(data, raw=True, metadata=metadata)


def png(drawing):
    """Return a figure, or a picture as uint8 (H, W, C), as the bytes of a PNG file."""
    buffer = io.BytesIO()
    if isinstance(drawing, matplotlib.figure.Figure):
        with matplotlib.rc_context(STYLE):
            drawing.savefig(buffer, format="png", dpi=100, bbox_inches="tight", pad_inches=0.05)
    else:
        PIL.Image.fromarray(np.asarray(drawing).squeeze()).save(buffer, format="png")
    return buffer.getvalue()


# --- Pictures ----------------------------------------------------------------------------------


def tile(pictures, columns=None, gap=1):
    """Return pictures laid out in a grid as one uint8 picture (height, width, C), gaps white.

    Args:
        pictures: uint8 (N, H, W, C).
        columns: pictures a row; by default close to a square, wide rather than high.
        gap: pixels between them.
    """
    pictures = arrays.check_images(pictures, "pictures")
    count, height, width, channels = pictures.shape
    if columns is None:
        columns = min(count, int(np.ceil(np.sqrt(2 * count))))
    if not isinstance(columns, int) or columns < 1:
        raise ValueError(f"columns is {columns!r}; it must be a whole number from 1 on.")
    rows = -(-count // columns)
    canvas = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap, channels), 255, np.uint8
    )
    for number, picture in enumerate(pictures):
        top = number // columns * (height + gap)
        left = number % columns * (width + gap)
        canvas[top : top + height, left : left + width] = picture
    return canvas


def image_grid(pictures, columns=None, titles=None, title=None):
    """Return a figure of pictures in a grid.

    Args:
        pictures: uint8 (N, H, W, C), C = 1 or 3.
        columns: pictures a row.
        titles: N short texts, one above each picture; None draws one tight grid.
        title: one text above all.
    """
    pictures = arrays.check_images(pictures, "pictures")
    if titles is None:
        canvas = tile(pictures, columns)
        width = 7.0
        height = width * canvas.shape[0] / canvas.shape[1]
        if height > 7.0:
            width, height = width * 7.0 / height, 7.0
        drawing, axes = figure(width=width, height=height + (0.3 if title else 0.05))
        _image(axes[0, 0], canvas)
    else:
        if len(titles) != len(pictures):
            raise ValueError(f"{len(titles)} titles for {len(pictures)} pictures; give one each.")
        columns = columns or min(len(pictures), 8)
        rows = -(-len(pictures) // columns)
        drawing, axes = figure(rows, columns, width=7.0, height=7.0 / columns * rows * 1.3)
        for axis in axes.flat:
            axis.axis("off")
        for axis, picture, text in zip(axes.flat, pictures, titles, strict=False):
            _image(axis, picture)
            axis.set_title(text)
    if title:
        drawing.suptitle(title, fontsize=10)
    return drawing


def film(frames, titles, columns=8):
    """Return a film strip: one row a frame, so that noise is seen to become pictures.

    Args:
        frames: list of uint8 arrays (N, H, W, C), as `callbacks.SampleGrid` collects.
        titles: one short text a frame, such as "step 200".
        columns: pictures shown of each frame.
    """
    if len(frames) != len(titles) or not len(frames):
        raise ValueError(f"{len(frames)} frames and {len(titles)} titles; give one title each.")
    columns = min(columns, min(len(frame) for frame in frames))
    canvas = tile(np.concatenate([frame[:columns] for frame in frames]), columns)
    aspect = canvas.shape[0] / canvas.shape[1]
    drawing, axes = figure(width=7.0, height=6.0 * aspect + 0.1)
    axis = axes[0, 0]
    _image(axis, canvas)
    row_height = frames[0].shape[1] + 1
    axis.axis("on")
    axis.grid(False)
    axis.set(xticks=[], yticks=[row_height * (row + 0.5) for row in range(len(frames))])
    axis.set_yticklabels(titles)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return drawing


def animation(frames, milliseconds=200, columns=None, scale=3):
    """Return an endless GIF of frames, as bytes.

    Args:
        frames: list of uint8 arrays (N, H, W, C), each drawn as a grid.
        milliseconds: time a frame; the last one stays four times as long.
        columns: pictures a row.
        scale: screen pixels a picture pixel.
    """
    if not len(frames):
        raise ValueError("frames is empty; give at least one array of pictures.")
    pages = []
    for frame in frames:
        page = PIL.Image.fromarray(tile(frame, columns).squeeze())
        enlarged = page.resize((page.width * scale, page.height * scale), PIL.Image.NEAREST)
        pages.append(enlarged)
    buffer = io.BytesIO()
    times = [milliseconds] * (len(pages) - 1) + [4 * milliseconds]
    pages[0].save(buffer, "GIF", save_all=True, append_images=pages[1:], duration=times, loop=0)
    return buffer.getvalue()


def neighbors(pictures, nearest, distances=None):
    """Return a figure with each picture above its nearest training pictures.

    Args:
        pictures: uint8 (N, H, W, C), the samples.
        nearest: uint8 (N, K, H, W, C), for each sample its K nearest training pictures, from
            `gh.evaluation.nearest_neighbors`.
        distances: float (N,), written above each column when given.
    """
    pictures = arrays.check_images(pictures, "pictures")
    nearest = np.asarray(nearest)
    if nearest.ndim != 5 or len(nearest) != len(pictures):
        raise ValueError(
            f"nearest has the shape {nearest.shape}; expected (N, K, H, W, C) for "
            f"{len(pictures)} pictures."
        )
    count, rows = nearest.shape[:2]
    drawing, axes = figure(rows + 1, count, width=7.0, height=7.0 / count * (rows + 1) + 0.4)
    for column in range(count):
        _image(axes[0, column], pictures[column])
        _frame(axes[0, column], FAKE)
        if distances is not None:
            axes[0, column].set_title(f"{distances[column]:.1f}")
        for row in range(rows):
            _image(axes[row + 1, column], nearest[column, row])
    axes[0, 0].set_ylabel("sample")
    axes[1, 0].set_ylabel("nearest\nreal")
    for row in (0, 1):
        axes[row, 0].axis("on")
        axes[row, 0].set(xticks=[], yticks=[])
    return drawing


def _image(axis, picture):
    axis.imshow(
        np.asarray(picture).squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="nearest"
    )
    axis.axis("off")


def _frame(axis, color):
    axis.axis("on")
    axis.set(xticks=[], yticks=[])
    axis.grid(False)
    for spine in axis.spines.values():
        spine.set(visible=True, color=color, linewidth=2)


# --- Curves and distributions ------------------------------------------------------------------


def loss_curves(history, loss=None):
    """Return a figure of both losses and of the discriminator's accuracy, epoch by epoch.

    Args:
        history: the `History` of `GAN.fit`, or its dict.
        loss: the `AdversarialLoss` that was used; its balance values are drawn as thin lines.
    """
    values = getattr(history, "history", history)
    needed = ("generator_loss", "discriminator_loss", "real_accuracy", "fake_accuracy")
    missing = [name for name in needed if not values.get(name)]
    if missing:
        raise ValueError(f"history lacks {', '.join(missing)}; give what GAN.fit returned.")
    epochs = np.arange(1, len(values["generator_loss"]) + 1)
    drawing, axes = figure(1, 2)
    left, right = axes[0]
    left.plot(epochs, values["discriminator_loss"], "-o", ms=3, color=DISCRIMINATOR)
    left.plot(epochs, values["generator_loss"], "--s", ms=3, color=GENERATOR)
    labels = ["discriminator", "generator"]
    for value, color, label in _balance_lines(loss) if loss is not None else ():
        left.axhline(value, color=color, linestyle=":", linewidth=1.2)
        labels.append(label)
    left.legend(labels)
    left.set(xlabel="epoch", ylabel="loss", title="Losses")
    right.plot(epochs, values["real_accuracy"], "-o", ms=3, color=REAL)
    right.plot(epochs, values["fake_accuracy"], "--s", ms=3, color=FAKE)
    right.axhline(0.5, color=NEUTRAL, linestyle=":", linewidth=1.2)
    right.legend(["reals named real", "fakes named fake", "guessing"])
    right.set(xlabel="epoch", ylabel="share", ylim=(0, 1.03), title="Discriminator's accuracy")
    return drawing


def _balance_lines(loss):
    """Return (value, color, label) of each line; one line where both would hide each other."""
    discriminator, generator = loss.balance
    if discriminator == generator:
        return [(discriminator, NEUTRAL, f"balance of both {discriminator:.2f}")]
    return [
        (discriminator, DISCRIMINATOR, f"balance {discriminator:.2f}"),
        (generator, GENERATOR, f"balance {generator:.2f}"),
    ]


def histogram(named_values, bins=50, xlabel="pixel value"):
    """Return a figure with one histogram a panel; the share of values is on a log scale.

    Args:
        named_values: {title: array of numbers}.
        bins: number of bins over each array's range.
        xlabel: what the numbers are, with their unit.
    """
    flat = {title: np.asarray(values, np.float64).ravel() for title, values in named_values.items()}
    if not flat or any(not len(values) for values in flat.values()):
        raise ValueError("named_values is empty, or one of its arrays is; give {title: numbers}.")
    drawing, axes = figure(1, len(flat), height=2.2)
    for axis, (title, values) in zip(axes[0], flat.items(), strict=True):
        percent = np.full(len(values), 100 / len(values))
        axis.hist(values, bins, color=REAL, weights=percent)
        axis.set(title=title, xlabel=xlabel, yscale="log")
    axes[0, 0].set_ylabel("share (%)")
    return drawing


def batches(dataset, count=3, columns=16):
    """Return a figure of the first batches of a dataset of floats in [-1, 1], one a row."""
    taken = [arrays.unscale(batch.numpy()) for batch in dataset.take(count)]
    titles = [f"batch {number}" for number in range(1, len(taken) + 1)]
    return film(taken, titles, columns)


# --- Latent space ------------------------------------------------------------------------------


def interpolate(start, end, steps=8, method="spherical"):
    """Return latent vectors on the way from one to another, float32 (steps, latent_dim).

    "linear":    (1 - t) a + t b
    "spherical": sin((1 - t) w) / sin(w) a + sin(t w) / sin(w) b, w the angle between a and b
                 (White 2016, "Sampling Generative Networks"): stays at the distance from the
                 origin where nearly all latent vectors lie, which the straight line leaves.

    Args:
        start, end: float arrays (latent_dim,).
        steps: number of vectors, both ends included, at least 2.
        method: "spherical" or "linear".
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(
            f"start and end have the shapes {start.shape} and {end.shape}; expected (latent_dim,)."
        )
    if not isinstance(steps, int) or steps < 2:
        raise ValueError(f"steps is {steps!r}; it must be a whole number from 2 on.")
    if method not in ("spherical", "linear"):
        raise ValueError(f"method is {method!r}; allowed are spherical, linear.")
    t = np.linspace(0.0, 1.0, steps)[:, np.newaxis]
    straight = ((1 - t) * start + t * end).astype(np.float32)
    lengths = np.linalg.norm(start) * np.linalg.norm(end)
    if method == "linear" or lengths == 0:
        return straight
    angle = np.arccos(np.clip(start @ end / lengths, -1.0, 1.0))
    if np.sin(angle) < 1e-6:  # parallel: the sphere has no single shortest way
        return straight
    weights = np.sin((1 - t) * angle) / np.sin(angle), np.sin(t * angle) / np.sin(angle)
    return (weights[0] * start + weights[1] * end).astype(np.float32)


def interpolation(gan, start, end, steps=10):
    """Return a figure of the pictures along the straight and the spherical way."""
    methods = ("linear", "spherical")
    rows = [gan.generate(latent=interpolate(start, end, steps, method)) for method in methods]
    return film(rows, methods, steps)
