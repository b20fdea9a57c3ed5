"""What is wrong with the batches: noise, ranges, sizes."""

import numpy as np

from gan_helpers.diagnosis import measures, runs
from gan_helpers.diagnosis.findings import Finding

# Neighboring pixels of real pictures: digits .83, clothes .9, photographs above. Noise: 0 +- .01.
NOISE = 0.2
# A tenth of the generator's range is slack for data that was shifted a little.
SLACK = 0.1
# Pixels as bytes reach 255; standardized data stays below 20 deviations.
BYTES = 20.0


def noise(run):
    """Real "pictures" whose pixels know nothing of their neighbors."""
    correlation = run.typical("real_correlation")
    if correlation < NOISE:
        return Finding(
            "real images are noise",
            f"the correlation between neighboring pixels of the reals is {correlation:.2f}; "
            "pictures have 0.8 or more, random numbers 0.",
            "Feed real pictures instead of random numbers: gh.data.load and gh.data.pipeline "
            "(lesson 01), and look at a batch before you train.",
        )


def data_range(run):
    """Reals that the generator's last layer cannot draw, or that fill a part of its range."""
    if not run.knows("real_min", "real_max"):
        return None
    low, high = float(run.all("real_min").min()), float(run.all("real_max").max())
    floor, ceiling = run.typical("reach_min"), run.typical("reach_max")
    middle = (floor + ceiling) / 2
    slack = SLACK * (ceiling - floor)
    seen = f"the reals lie between {low:.3g} and {high:.3g}"
    if low == high:
        seen += ": every pixel is the same"
    elif low < floor - slack or high > ceiling + slack:
        seen += f", the generator draws between {floor:g} and {ceiling:g} alone"
    elif low > middle - slack / 2 or high < middle + slack / 2:
        seen += f", in one half of the generator's range from {floor:g} to {ceiling:g}"
    elif np.isnan(floor) and high > BYTES > 10 * run.typical("fake_max"):
        seen += f", the fakes reach {run.typical('fake_max'):.3g}"
    else:
        return None
    return Finding(
        "wrong data range",
        seen + ".",
        "Scale the pictures once, from 0..255 to -1..1 where the generator ends in tanh: x / "
        "127.5 - 1, as gh.data.scale does (lesson 01). With a sigmoid at the end it is x / 255.",
    )


def unequal_batches(run):
    """The discriminator sees more of one kind than of the other."""
    share = float(np.mean(run.all("unequal"))) if run.knows("unequal") else 0.0
    if share > 0:
        return Finding(
            "unequal batches",
            f"in {share:.0%} of the steps reals and fakes differ in number; on average "
            f"{np.mean(run.all('real_count')):.4g} reals meet {np.mean(run.all('fake_count')):.4g} "
            "fakes.",
            "Draw as many fakes as there are reals in the batch, len(real), and leave out a last "
            "batch that is not whole: drop_remainder=True (lesson 01, whole batches).",
        )


def drawn_noise(run):
    """Pictures without a history whose pixels know nothing of their neighbors."""
    if run.entries:  # in a short healthy run a dense generator may draw next to noise still
        return None
    correlation = runs.picture_measures(run).get("picture_correlation", np.nan)
    if abs(correlation) < NOISE:
        return Finding(
            "pictures are noise",
            f"the correlation between neighboring pixels of the pictures is {correlation:.2f}; "
            "pictures have 0.8 or more, random numbers 0.",
            "Train longer, or look for the fault that keeps the generator from learning: record "
            "the run with gh.diagnosis.Health, which finds most of them (lesson 09).",
        )


# --- pictures that were spoiled after the generator drew them -----------------------------------

# Against what the generator drew during the last third of the run. Healthy runs stay within half
# of these.
BRIGHTER = 0.4
FLATTER = 0.35
ROUGHER = 0.5


def spoiled_pictures(run):
    """Pictures that are not what the generator draws: scaled wrongly on the way to the screen."""
    pictures = runs.picture_measures(run)
    if not pictures or measures.as_pictures(run.pictures) is None:
        return None
    low, high = pictures["picture_min"], pictures["picture_max"]
    lowest = min([-1.0, *run.all("drawn_min")])  # a linear generator may go beyond
    highest = max([1.0, *run.all("drawn_max")])
    if low < lowest - SLACK or high > highest + SLACK:
        return _spoiled(f"the pictures lie between {low:.3g} and {high:.3g}")
    if not run.knows("drawn_mean", "drawn_std") or run.typical("reach_min") != -1:
        return None
    means, spreads = run.late("drawn_mean"), run.late("drawn_std")
    mean, spread = pictures["picture_mean"], pictures["picture_std"]
    if not means.min() - BRIGHTER <= mean <= means.max() + BRIGHTER:
        return _spoiled(
            f"the pictures' mean is {mean:.2f} where black is -1 and white is 1, but the generator "
            f"drew {means[-1]:.2f}"
        )
    if spread < FLATTER * spreads.min() or spread * FLATTER > spreads.max():
        return _spoiled(
            f"the pictures' contrast (standard deviation) is {spread:.2f}, but the generator drew "
            f"{spreads[-1]:.2f}"
        )
    correlations = run.late("drawn_correlation")
    correlation = pictures["picture_correlation"]
    if len(correlations) and correlation < correlations.min() - ROUGHER:
        return _spoiled(
            f"the correlation between neighboring pixels of the pictures is {correlation:.2f}, but "
            f"the generator drew {correlations[-1]:.2f}"
        )


def _spoiled(evidence):
    return Finding(
        "spoiled pictures",
        evidence + ".",
        "Show what the generator draws, with the one inverse of the scaling: (x + 1) * 127.5, "
        "rounded and cut to 0..255, as gh.data.unscale does (lesson 01). Nothing else, no "
        "normalization, belongs in between.",
    )
