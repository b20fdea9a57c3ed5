"""The page and the figure of benchmarks/quality.py, from its finished pieces alone."""

import ast
import pathlib
import statistics

import gan_helpers as gh

import numpy as np  # isort: skip  (after gan_helpers, which silences TensorFlow's start)

from peers import CONTESTANTS

TIMES = (30, 60, 180, 600)
TITLES = {"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"}
NONE = "not measured"

ABOUT = """\
Written by `python benchmarks/quality.py`. Fréchet distance of 10,000 fakes to the 10,000 test
pictures on the features of the shipped net, median over seeds (least to largest; number of seeds).
The seconds are those of the machine below when it does nothing else, start-up included and imports
not: each contestant trained as many steps as it does in that time by the median of its rates below,
there or on a slower machine. Peers are written anew from their published settings and run in
float32, as published; what differs is said at the end."""

# Color, dash and marker of a line; no color of a player but that of fakes for our own.
STYLES = (
    (gh.plots.FAKE, "-", "o"),
    (gh.plots.NEUTRAL, "--", "s"),
    ("#CC79A7", "-.", "^"),  # Okabe and Ito's purple
    ("#56B4E9", (0, (1, 1)), "D"),  # and their sky blue
    ("#000000", (0, (5, 1, 1, 1, 1, 1)), "v"),
    (gh.plots.NEUTRAL, (0, (6, 3)), "P"),
    ("#CC79A7", (0, (2, 2)), "X"),
)


# --- What the store holds --------------------------------------------------------------------


def rates_of(pieces, name):
    """Return the contestant's rates, one dict a round."""
    return [piece for key, piece in pieces.items() if key.startswith(f"rate, {name}, ")]


def planned_steps(pieces, name):
    """Return {seconds: steps} by the medians of the rates; empty without rates, 0 for no step."""
    rounds = rates_of(pieces, name)
    if not rounds:
        return {}
    start = statistics.median(rate["start"] for rate in rounds)
    speed = statistics.median(rate["steps_per_second"] for rate in rounds)
    multiple = CONTESTANTS[name].multiple
    return {
        seconds: (1 + int((seconds - start) * speed)) // multiple * multiple
        if seconds >= start
        else 0
        for seconds in TIMES
    }


def quality_key(data, name, seed, seconds):
    """Return the key of one measurement in the store."""
    return f"quality, {data}, {name}, seed {seed}, {seconds} s"


def piece(pieces, data, name, seed, seconds):
    """Return a measurement, None where there is none for the number of steps that counts now."""
    found = pieces.get(quality_key(data, name, seed, seconds))
    planned = planned_steps(pieces, name).get(seconds)
    return found if found and found["steps"] == planned else None


def distances(pieces, data, name, seconds):
    """Return the Fréchet distances over seeds."""
    prefix = f"quality, {data}, {name}, seed "
    seeds = {key.removeprefix(prefix).split(",")[0] for key in pieces if key.startswith(prefix)}
    found = [piece(pieces, data, name, seed, seconds) for seed in sorted(seeds, key=int)]
    return [one["frechet"] for one in found if one]


# --- The page --------------------------------------------------------------------------------


def page(pieces):
    """Return the whole report as Markdown."""
    parts = ["# Quality against training time", ABOUT, machine(pieces)]
    parts += ["![Fréchet distance against training time on both data sets](quality.png)"]
    for data, title in TITLES.items():
        parts += [f"## {title}", quality_table(pieces, data)]
    parts += ["## Rates", rates_table(pieces), "## What runs"]
    for name, contestant in CONTESTANTS.items():
        module = pathlib.Path(__file__).with_name(f"{name}.py")
        text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8")))
        parts.append(f"**{contestant.label}** ({module.name}). {text}")
    return "\n\n".join(parts) + "\n"


def machine(pieces):
    """Return a paragraph on the machine of the rates."""
    here = pieces.get("machine")
    if not here:
        return f"Machine: {NONE}."
    shares = [value["busy"] for key, value in pieces.items() if key.startswith("rate, ")]
    shares = [share for share in shares if share is not None]
    busy = f"at most {max(shares):.0%}" if shares else NONE
    return (
        f"Machine: {here['processor']}, {here['cores']} cores, Python {here['python']}. Other work "
        f"on the machine in the second before each rate: {busy}. GPU: {NONE}."
    )


def quality_table(pieces, data):
    """Return the table of one data set; the last row is the floor."""
    rows = [["", *(f"{seconds} s" for seconds in TIMES)], ["---"] * (len(TIMES) + 1)]
    for name, contestant in CONTESTANTS.items():
        cells = [cell(distances(pieces, data, name, seconds)) for seconds in TIMES]
        planned = planned_steps(pieces, name)
        cells = [
            "no step yet" if planned.get(seconds) == 0 else text
            for seconds, text in zip(TIMES, cells, strict=True)
        ]
        rows.append([contestant.label, *cells])
    floor = pieces.get(f"floor, {data}", {"frechet": []})["frechet"]
    rows.append(["real training pictures", *[cell(floor)] * len(TIMES)])
    nets = {value["net"] for key, value in pieces.items() if f", {data}" in key and "net" in value}
    return f"{table(rows)}\n\nNet and its hash: {', '.join(sorted(nets)) or NONE}."


def cell(values):
    """Return the median, least, largest and number of values."""
    if not values:
        return NONE
    if len(values) == 1:
        return f"{digits(values[0])} (1)"
    spread = f"{digits(min(values))} to {digits(max(values))}"
    return f"{digits(statistics.median(values))} ({spread}; {len(values)})"


def digits(value):
    """Return a number with three digits that count."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"


def rates_table(pieces):
    """Return the table of start-up and speed."""
    rows = [["", "runs on", "start (s)", "steps a second", *(f"steps in {s} s" for s in TIMES)]]
    rows.append(["---"] * len(rows[0]))
    for name, contestant in CONTESTANTS.items():
        rounds = rates_of(pieces, name)
        planned = planned_steps(pieces, name)
        library = rounds[0]["library"] if rounds else NONE
        starts = cell([rate["start"] for rate in rounds])
        speeds = cell([rate["steps_per_second"] for rate in rounds])
        steps = [f"{planned[s]:,}" if planned else NONE for s in TIMES]
        rows.append([contestant.label, library, starts, speeds, *steps])
    return table(rows)


def table(rows):
    """Return rows of cells as Markdown."""
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


# --- The figure --------------------------------------------------------------------------------


def figure(pieces):
    """Return a figure, a panel a data set: medians as lines, least to largest as bars."""
    drawing, axes = gh.plots.figure(len(TITLES), 1, height=3.6 * len(TITLES))
    for axis, (data, title) in zip(axes[:, 0], TITLES.items(), strict=True):
        axis.set(xscale="log", yscale="log", ylabel="Fréchet distance")
        axis.set_title(title, fontsize=10)
        ends = [_line(axis, pieces, data, *pair) for pair in zip(CONTESTANTS, STYLES, strict=True)]
        floor = pieces.get(f"floor, {data}")
        if floor:
            middle = statistics.median(floor["frechet"])
            axis.hlines(middle, TIMES[0], TIMES[-1], color=gh.plots.REAL, linestyle=":")
            ends.append((TIMES[-1], middle, "real training pictures", gh.plots.REAL))
        axis.set_xlim(25, 8_000)  # room for the labels
        axis.set_xticks(TIMES, [str(seconds) for seconds in TIMES])
        axis.minorticks_off()
        _label(axis, [end for end in ends if end])
    axes[-1, 0].set_xlabel("training time on this machine, idle (s)", loc="left")
    drawing.has_few_colors = True
    return drawing


def _line(axis, pieces, data, name, style):
    """Draw one contestant; return where its line ends, and its label."""
    values = {s: distances(pieces, data, name, s) for s in TIMES}
    values = {seconds: found for seconds, found in values.items() if found}
    if not values:
        return None
    color, dash, marker = style
    middle = np.array([statistics.median(found) for found in values.values()])
    spread = [
        middle - [min(v) for v in values.values()],
        [max(v) for v in values.values()] - middle,
    ]
    width = 2.6 if name == "quick_gan" else 1.4
    options = {"color": color, "marker": marker, "ms": 5, "linewidth": width, "elinewidth": 1}
    axis.errorbar(list(values), middle, spread, linestyle=dash, **options)
    return max(values), middle[-1], CONTESTANTS[name].label, color


def _label(axis, ends):
    """Write each label to the right of the lines, where none hides another."""
    if not ends:
        return
    low, high = np.log10(axis.get_ylim())
    gap = (high - low) * 0.075  # a line of type
    heights = spread_out(np.log10([height for _, height, _, _ in ends]), gap)
    axis.set_ylim(10 ** min(low, min(heights) - gap / 2), 10 ** max(high, max(heights) + gap / 2))
    for (x, y, label, color), height in zip(ends, heights, strict=True):
        at = {"xy": (x, y), "xytext": (TIMES[-1] * 1.45, 10**height)}
        arrow = {"arrowstyle": "-", "color": color, "linewidth": 0.6, "shrinkB": 4}
        axis.annotate(label, **at, va="center", color=color, arrowprops=arrow)


def spread_out(values, gap):
    """Return the values moved as little as needed so that each two are `gap` apart, in order."""
    order = np.argsort(values, kind="stable")
    ladder = gap * np.arange(len(values))
    # Least squares under an order: pool neighbors that are too close into their common mean.
    pools = []
    for value in np.asarray(values, float)[order] - ladder:
        pools.append([value])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    moved = np.empty(len(values))
    moved[order] = np.concatenate([[np.mean(pool)] * len(pool) for pool in pools]) + ladder
    return moved
