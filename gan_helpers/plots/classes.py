"""Pictures by class."""

import numpy as np

from gan_helpers import arguments
from gan_helpers.plots import pictures, style


def class_table(gan, styles=10, seed=0, classes=None, names=None):
    """Return a figure with one class a row and one latent vector, a "style", a column.

    Where the condition is learned, a row shows one class in many styles, and a column one style
    (slant, width of the stroke) in all classes.

    Args:
        gan: a conditional `gh.GAN` of pictures whose condition is a label.
        styles: number of columns, from 1 on.
        seed: of the latent vectors.
        classes: the labels shown, whole numbers; all by default.
        names: a short text for each row; by default the labels.

    Raises:
        ValueError: for a GAN without classes, no columns, labels out of range, or another number
            of names.
    """
    count = getattr(gan, "classes", None)
    if not count:
        raise ValueError(
            "gan has no classes; expected a conditional GAN, for example from "
            "gh.quick_gan(images, labels=labels)."
        )
    styles = arguments.whole("styles", styles)
    classes = np.arange(count) if classes is None else np.asarray(classes)
    names = [str(label) for label in classes] if names is None else list(names)
    if len(names) != len(classes):
        raise ValueError(f"{len(names)} names for {len(classes)} classes; give one each.")
    latent = np.random.default_rng(seed).standard_normal((styles, gan.latent_dim))
    drawn = gan.generate(
        latent=np.tile(latent, (len(classes), 1)), condition=np.repeat(classes, styles)
    )
    return pictures.film(np.split(drawn, len(classes)), names, styles)


def confusion(counts, names=None):
    """Return a figure of a confusion matrix: the class asked for a row, the class seen a column.

    Each field shows its share of the row in percent, and is the darker the larger it is; fields
    that round to 0 stay empty.

    Args:
        counts: whole numbers (classes, classes), such as `ClassAccuracy.confusion`.
        names: a short text a class; by default the labels.

    Raises:
        ValueError: for an array that is not square, or another number of names.
    """
    counts = np.asarray(counts, np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"counts has the shape {counts.shape}; expected (classes, classes).")
    names = [str(label) for label in range(len(counts))] if names is None else list(names)
    if len(names) != len(counts):
        raise ValueError(f"{len(names)} names for {len(counts)} classes; give one each.")
    shares = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    drawing, axes = style.figure(width=4.6, height=4.0)
    axis = axes[0, 0]
    axis.imshow(shares, cmap="Blues", vmin=0, vmax=100)
    axis.grid(False)
    for row, column in np.argwhere(shares >= 0.5):
        share = shares[row, column]
        color = "white" if share > 60 else "black"
        axis.text(column, row, f"{share:.0f}", ha="center", va="center", color=color, fontsize=8)
    ticks = range(len(names))
    axis.set_xticks(ticks, names)
    axis.set_yticks(ticks, names)
    axis.set(xlabel="seen by the net (%)", ylabel="asked for")
    axis.tick_params(length=0)
    return drawing
