"""Curves of a run, and distributions of numbers."""

import numpy as np

from gan_helpers.plots import style


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
    drawing, axes = style.figure(1, 2)
    left, right = axes[0]
    left.plot(epochs, values["discriminator_loss"], "-o", ms=3, color=style.DISCRIMINATOR)
    left.plot(epochs, values["generator_loss"], "--s", ms=3, color=style.GENERATOR)
    labels = ["discriminator", "generator"]
    for value, color, label in _balance_lines(loss) if loss is not None else ():
        left.axhline(value, color=color, linestyle=":", linewidth=1.2)
        labels.append(label)
    left.legend(labels)
    left.set(xlabel="epoch", ylabel="loss", title="Losses")
    right.plot(epochs, values["real_accuracy"], "-o", ms=3, color=style.REAL)
    right.plot(epochs, values["fake_accuracy"], "--s", ms=3, color=style.FAKE)
    right.axhline(0.5, color=style.NEUTRAL, linestyle=":", linewidth=1.2)
    right.legend(["reals named real", "fakes named fake", "guessing"])
    right.set(xlabel="epoch", ylabel="share", ylim=(0, 1.03), title="Discriminator's accuracy")
    return drawing


def _balance_lines(loss):
    """Return (value, color, label) of each line; one line where both would hide each other."""
    discriminator, generator = loss.balance
    if discriminator == generator:
        return [(discriminator, style.NEUTRAL, f"balance of both {discriminator:.2f}")]
    return [
        (discriminator, style.DISCRIMINATOR, f"balance {discriminator:.2f}"),
        (generator, style.GENERATOR, f"balance {generator:.2f}"),
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
    drawing, axes = style.figure(1, len(flat), height=2.2)
    for axis, (title, values) in zip(axes[0], flat.items(), strict=True):
        percent = np.full(len(values), 100 / len(values))
        axis.hist(values, bins, color=style.REAL, weights=percent)
        axis.set(title=title, xlabel=xlabel, yscale="log")
    axes[0, 0].set_ylabel("share (%)")
    return drawing
