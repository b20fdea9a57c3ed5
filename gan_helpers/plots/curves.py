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
    drawing, axes = style.figure(1, 2, height=3.3)
    left, right = axes[0]
    left.plot(epochs, values["discriminator_loss"], "-o", ms=3, color=style.DISCRIMINATOR)
    left.plot(epochs, values["generator_loss"], "--s", ms=3, color=style.GENERATOR)
    labels = ["discriminator", "generator"]
    for value, color, label in _balance_lines(loss) if loss is not None else ():
        left.axhline(value, color=color, linestyle=":", linewidth=1.2)
        labels.append(label)
    _legend_below(left, labels)
    left.set(xlabel="epoch", ylabel="loss", title="Losses")
    right.plot(epochs, values["real_accuracy"], "-o", ms=3, color=style.REAL)
    right.plot(epochs, values["fake_accuracy"], "--s", ms=3, color=style.FAKE)
    right.axhline(0.5, color=style.NEUTRAL, linestyle=":", linewidth=1.2)
    _legend_below(right, ["reals named real", "fakes named fake", "guessing"])
    right.set(xlabel="epoch", ylabel="share", ylim=(0, 1.03), title="Discriminator's accuracy")
    return drawing


def _legend_below(axis, labels):
    """Explain the lines below an axis: curves may run anywhere inside it."""
    place = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.2)}
    axis.legend(labels, **place, ncols=2, columnspacing=1.0, handlelength=1.6, frameon=False)


def _balance_lines(loss):
    """Return (value, color, label) of each line; one line where both would hide each other."""
    discriminator, generator = loss.balance
    if not np.isfinite(loss.balance).all():  # of functions of your own, perhaps
        return []
    if discriminator == generator:
        return [(discriminator, style.NEUTRAL, f"balance of both {discriminator:.3g}")]
    return [
        (discriminator, style.DISCRIMINATOR, f"balance {discriminator:.3g}"),
        (generator, style.GENERATOR, f"balance {generator:.3g}"),
    ]


def bands(
    history,
    known,
    names=("fid", "generator_loss", "discriminator_loss"),
    steps_per_epoch=100,
):
    """Return a figure of a run's curves in front of the bands of good runs.

    Args:
        history, steps_per_epoch: as for `gh.diagnosis.compare_to_bands`.
        known: the bands, from `gh.diagnosis.bands`.
        names: which curves to draw, one panel each; of one that the run lacks, the band alone.

    Raises:
        ValueError: for a name that the bands do not know, or a history that has none of them.
    """
    if unknown := set(names) - set(known.middle):
        raise ValueError(f"unknown: {', '.join(unknown)}; allowed are {', '.join(known.middle)}.")
    curves = {name: curve for name, *curve in known.curves(history, steps_per_epoch)}
    drawing, axes = style.figure(1, len(names))
    for axis, name in zip(axes[0], names, strict=True):
        low, middle, high = known.at(name, known.steps)
        axis.fill_between(known.steps, low, high, color=style.NEUTRAL, alpha=0.25, label="band")
        axis.plot(known.steps, middle, ":", color=style.NEUTRAL, lw=1.2, label="good runs")
        if name in curves:
            axis.plot(*curves[name], "-o", ms=3, color=style.FAKE, label="this run")
        title = "Fréchet distance" if name == "fid" else name.replace("_", " ")
        axis.set(title=title, xlabel="training step", yscale="log" if name == "fid" else "linear")
    axes[0, 0].legend()
    return drawing


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


def score_curve(runs, floor=None, against="seconds", ylabel="Fréchet distance", log=True):
    """Return a figure of a metric in the course of training, one line a run.

    Args:
        runs: {name: run}, with a run a `callbacks.ScoreOverTime` or anything else that has
            `seconds` or `steps`, and `values`; or a list of such runs, which differ in their
            seed: then the line is their median, and a band reaches from the least to the largest.
        floor: the metric of real pictures in place of the fakes, drawn as a line.
        against: "seconds" of training or "steps".
        ylabel: the metric, with its feature net and the number of pictures.
        log: whether the axis of the metric is logarithmic.

    Raises:
        ValueError: without runs or values, or for values not above 0 on a logarithmic axis.
    """
    if against not in ("seconds", "steps"):
        raise ValueError(f'against is {against!r}; it must be "seconds" or "steps".')
    if not runs or len(runs) > len(_RUN_STYLES):
        raise ValueError(f"{len(runs)} runs are given; expected 1 to {len(_RUN_STYLES)} of them.")
    drawing, axes = style.figure(height=3.2)
    axis = axes[0, 0]
    for (name, given), (color, dash, marker) in zip(runs.items(), _RUN_STYLES, strict=False):
        seeds = given if isinstance(given, list | tuple) else [given]
        if not seeds:
            raise ValueError(f"{name!r} is an empty list; give at least one run.")
        curves = [_curve(run, name, against, log) for run in seeds]
        x, (low, middle, high) = _median_and_range(curves, log)
        if not len(x):
            raise ValueError(f"the runs of {name!r} share no {against}; give runs of one length.")
        if len(curves) > 1:
            axis.fill_between(x, low, high, color=color, alpha=0.2, linewidth=0)
            name += f" ({len(curves)} seeds)"
        options = {"linestyle": dash, "marker": marker, "markevery": max(len(x) // 12, 1)}
        axis.plot(x, middle, ms=4, color=color, label=name, **options)
    if floor is not None:
        digits = f"{floor:.2g}" if abs(floor) < 10 else f"{floor:,.0f}"
        axis.axhline(floor, color=style.REAL, linestyle=":", label=f"real pictures: {digits}")
    xlabel = "training time (s)" if against == "seconds" else "training step"
    axis.set(xlabel=xlabel, ylabel=ylabel, yscale="log" if log else "linear")
    axis.legend()
    return drawing


_RUN_STYLES = (  # no color of a player: a run is a whole GAN
    (style.FAKE, "-", "o"),
    (style.NEUTRAL, "--", "s"),
    (style.MARK, "-.", "^"),
    ("#56B4E9", (0, (1, 1)), "D"),  # Okabe and Ito's sky blue
)


def _curve(run, name, against, log):
    """Return (x, values) of one run, both float64."""
    x = np.asarray(getattr(run, against), np.float64)
    values = np.asarray(run.values, np.float64)
    if not len(values) or x.shape != values.shape:
        raise ValueError(
            f"{name!r} has {len(x)} {against} and {len(values)} values; expected as "
            "many of each, at least one."
        )
    if log and not (values > 0).all():
        raise ValueError(f"{name!r} has values not above 0; give log=False.")
    return x, values


def _median_and_range(curves, log):
    """Return x and the (least, median, largest) value there, over the x that all curves share."""
    if len(curves) == 1:
        x, values = curves[0]
        return x, (values, values, values)
    first, last = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    x = np.unique(np.concatenate([x for x, _ in curves]))
    x = x[(x >= first) & (x <= last)]
    forward, back = (np.log, np.exp) if log else (np.asarray, np.asarray)
    values = back([np.interp(x, at, forward(curve)) for at, curve in curves])
    return x, (values.min(axis=0), np.median(values, axis=0), values.max(axis=0))
