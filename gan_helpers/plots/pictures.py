"""Pictures of pictures: grids, film strips, animations, neighbors."""

import io

import numpy as np
import PIL.Image

from gan_helpers import arguments
from gan_helpers.data import arrays
from gan_helpers.plots import style


def tile(pictures, columns=None, gap=None, background=255):
    """Return pictures laid out in a grid as one uint8 picture (height, width, C).

    Args:
        pictures: uint8 (N, H, W, C).
        columns: pictures a row; by default close to a square, wide rather than high.
        gap: pixels between them; by default one for each 32 of their height, so that it is seen
            when large pictures are drawn small.
        background: gray level of the gaps, 0 to 255.
    """
    pictures = arrays.check_images(pictures, "pictures")
    count, height, width, channels = pictures.shape
    if gap is None:
        gap = max(1, height // 32)
    if columns is None:
        columns = min(count, int(np.ceil(np.sqrt(2 * count))))
    columns = arguments.whole("columns", columns)
    rows = -(-count // columns)
    sides = rows * (height + gap) - gap, columns * (width + gap) - gap
    canvas = np.full((*sides, channels), background, np.uint8)
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
        drawing, axes = style.figure(width=width, height=height + (0.3 if title else 0.05))
        _image(axes[0, 0], canvas)
    else:
        if len(titles) != len(pictures):
            raise ValueError(f"{len(titles)} titles for {len(pictures)} pictures; give one each.")
        columns = columns or min(len(pictures), 8)
        rows = -(-len(pictures) // columns)
        drawing, axes = style.figure(rows, columns, width=7.0, height=7.0 / columns * rows * 1.3)
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
    drawing, axes = style.figure(width=7.0, height=6.0 * aspect + 0.1)
    axis = axes[0, 0]
    _image(axis, canvas)
    row_height = canvas.shape[0] / len(frames)
    axis.axis("on")
    axis.grid(False)
    axis.set(xticks=[], yticks=[row_height * (row + 0.5) for row in range(len(frames))])
    axis.set_yticklabels(titles)
    axis.tick_params(length=0)
    # A thin frame: pictures that are all white do not vanish on the white page.
    axis.spines[:].set(visible=True, color=style.NEUTRAL, linewidth=0.5)
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
        page = PIL.Image.fromarray(_shown(tile(frame, columns)))
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
    drawing, axes = style.figure(rows + 1, count, width=7.0, height=7.0 / count * (rows + 1) + 0.4)
    for column in range(count):
        _image(axes[0, column], pictures[column])
        _frame(axes[0, column], style.FAKE)
        if distances is not None:
            axes[0, column].set_title(f"{distances[column]:.3g}")
        for row in range(rows):
            _image(axes[row + 1, column], nearest[column, row])
            _frame(axes[row + 1, column], style.REAL)
    axes[0, 0].set_ylabel("sample")
    axes[1, 0].set_ylabel("nearest\nreal")
    return drawing


def batches(dataset, count=3, columns=16):
    """Return a figure of the first batches of a dataset of floats in [-1, 1], one a row.

    Of a dataset with labels, or with other conditions, it draws the pictures.
    """
    firsts = [batch[0] if isinstance(batch, tuple) else batch for batch in dataset.take(count)]
    taken = [arrays.unscale(batch.numpy()) for batch in firsts]
    titles = [f"batch {number}" for number in range(1, len(taken) + 1)]
    return film(taken, titles, columns)


def _image(axis, picture):
    axis.imshow(_shown(np.asarray(picture)), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axis.axis("off")


def _frame(axis, color):
    axis.axis("on")
    axis.set(xticks=[], yticks=[])
    axis.grid(False)
    for spine in axis.spines.values():
        spine.set(visible=True, color=color, linewidth=2)


def _shown(picture):
    """Return a picture (H, W, C) as Pillow and Matplotlib take it, gray ones (H, W)."""
    return picture[..., 0] if picture.ndim == 3 and picture.shape[-1] == 1 else picture
