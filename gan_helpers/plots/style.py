"""The course's palette and type, and how a figure is shown.

Okabe and Ito's palette is safe for color-blind readers; every line also differs by dash or
marker. The four roles keep their colors through the whole course.
"""

import io

import matplotlib
import matplotlib.figure
import numpy as np
import PIL.Image

REAL = "#0072B2"  # blue: real data
FAKE = "#D55E00"  # vermilion: fakes
GENERATOR = "#E69F00"  # orange
DISCRIMINATOR = "#009E73"  # green
MARK = "#CC79A7"  # purple: what a picture points at, where it is none of these
NEUTRAL = "#555555"

STYLE = {
    "font.size": 10,
    "axes.titlesize": 10,
    "axes.labelsize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.alpha": 0.3,
    "lines.linewidth": 1.8,
    "figure.dpi": 100,
}

_LARGE = 140_000  # bytes of a PNG file; GitHub shows notebooks below 1 MB


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
        # A palette of 256 colors makes it a third, and costs shades where there are many. One that
        # covers the most colors keeps those of small places: the common ones alone gray them.
        if buffer.tell() > _LARGE or getattr(drawing, "has_few_colors", False):
            page = PIL.Image.open(buffer).convert("RGB")
            page = page.quantize(256, method=PIL.Image.Quantize.MAXCOVERAGE, kmeans=1)
            buffer = io.BytesIO()
            page.save(buffer, format="png")
    else:
        picture = np.asarray(drawing)
        is_gray = picture.ndim == 3 and picture.shape[-1] == 1
        PIL.Image.fromarray(picture[..., 0] if is_gray else picture).save(buffer, format="png")
    return buffer.getvalue()
