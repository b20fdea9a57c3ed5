"""What is wrong with the game: numbers that break, one side that wins, nothing that moves."""

import numpy as np

from gan_helpers.diagnosis import measures, runs
from gan_helpers.diagnosis.findings import Finding

NUMBERS = (*runs.LOSSES, "penalty", "real_logit", "fake_logit", "real_mean", "fake_mean")


def not_a_number(run):
    """NaN or infinity in a loss, in the data or in the pictures."""
    broken = [name for name in NUMBERS if _breaks(run.entries.get(name, np.zeros(0)))]
    if broken:
        evidence = f"{', '.join(broken)} became NaN or infinite"
    elif run.pictures is not None and not np.isfinite(run.pictures).all():
        evidence = f"{np.mean(~np.isfinite(run.pictures)):.0%} of the pictures' pixels are NaN"
    else:
        return None
    if "real_mean" in broken:
        advice = "Look for NaN in the data with gh.data.report before you train (lesson 01)."
    else:
        advice = (
            "Look at the data first (gh.data.report). Then try a tenth of the learning rate, "
            "logits instead of probabilities, and a penalty: r1 and r2 (lesson 04, when it goes "
            "wrong)."
        )
    return Finding("NaN", evidence + ".", advice)


def _breaks(values):
    """Whether numbers turn into NaN; NaN before the first number means that nobody looked yet."""
    finite = np.isfinite(values)
    if not len(values) or finite.all():
        return False
    if not finite.any() or np.isinf(values).any():
        return True
    # What was not looked at is NaN too, and comes back: what is broken stays so.
    gaps = np.diff(np.flatnonzero(np.concatenate([finite[np.argmax(finite) :], [True]]))) - 1
    return gaps[-1] > max(gaps[:-1], default=0)


# Losses and gaps of healthy runs stay below 20, with the Wasserstein loss too. The generator's
# Wasserstein loss may drift, for only differences of logits count.
HUGE = 100.0
HUGE_GENERATOR = 1000.0


def divergence(run):
    """Losses or logits that grow without bound."""
    gap = np.abs(_gap(run))
    found = {
        "discriminator_loss": (np.abs(run.late("discriminator_loss")), HUGE),
        "generator_loss": (np.abs(run.late("generator_loss")), HUGE_GENERATOR),
        "the gap between the logits of reals and fakes": (gap, HUGE),
    }
    huge = [
        f"{name} is {np.median(values):.3g}"
        for name, (values, limit) in found.items()
        if len(values) >= 2 and np.median(values) > limit
    ]
    if huge:
        return Finding(
            "divergence",
            "in the last third of the run, " + " and ".join(huge) + " in size.",
            "Lower the learning rates tenfold, and keep the discriminator smooth: r1 and r2, or "
            "gradient_penalty=10 with the Wasserstein loss (lesson 08).",
        )


def _gap(run):
    real, fake = run.late("real_logit"), run.late("fake_logit")
    return real - fake if len(real) == len(fake) else np.zeros(0)


# Length of a step relative to the weights. A learning rate of 1e-6 gives 1e-5; healthy runs 4e-4
# and more.
CRAWL = 3e-5
# In healthy runs too the discriminator may lead for a hundred steps, with shares of 1.0; its loss
# then stays above .02 for all losses. Where it has won, it is .005 and less.
ALWAYS, WON = 0.99, 0.01
# By how much the generator's loss falls, relative, while it still learns from a sure discriminator.
CATCHES_UP = 0.01


def discriminator_wins(run):
    """The discriminator knows every fake, and nothing is left to learn from it."""
    names = ("real_accuracy", "fake_accuracy", "ranking")
    shares = {name: run.typical_late(name) for name in names}
    shares = {name: value for name, value in shares.items() if np.isfinite(value)}
    loss = run.typical_late("discriminator_loss")
    if not (shares and min(shares.values()) >= ALWAYS and abs(loss) < WON):
        return None
    crawls = run.typical_late("generator_change") < CRAWL
    if crawls or not _catches_up(run.all("generator_loss")):
        seen = ", ".join(f"{name} {value:.3f}" for name, value in shares.items())
        return Finding(
            "discriminator wins",
            f"in the last third of the run: {seen}, and its loss is {loss:.2g}.",
            "Slow the discriminator down: a lower learning rate for it, r1 and r2 (try 1), fewer "
            "filters; use a loss that stays steep, non_saturating or relativistic (lessons 04 and "
            "08).",
        )
    return None


def _catches_up(losses):
    """Whether the generator's loss falls from the second third of the run to the last."""
    third = -(-len(losses) // 3)
    if third < 2:
        return False
    before, late = np.median(losses[-2 * third : -third]), np.median(losses[-third:])
    return late < before - CATCHES_UP * abs(before)


# Share of real-fake pairs, or of fakes, that the discriminator gets right. Healthy: .65 and more.
FOOLED = 0.3
FOOLED_FAKES = 0.1
WORSE_THAN_CHANCE = 0.95


def generator_wins(run):
    """The discriminator is fooled all the time, by whatever the generator draws."""
    ranking = run.typical_late("ranking")
    reals, fakes = run.typical_late("real_accuracy"), run.typical_late("fake_accuracy")
    if np.isfinite(ranking):
        wins = ranking < FOOLED and run.typical("agreement") > 0
        seen = f"the discriminator rates a real above a fake in {ranking:.0%} of the pairs"
    else:
        # Who calls nearly everything real may still rate reals higher; both shares tell.
        wins = fakes < FOOLED_FAKES and reals + fakes < WORSE_THAN_CHANCE
        wins = wins and _moves(run.all("discriminator_loss"))
        seen = f"the discriminator recognizes {fakes:.0%} of the fakes"
    if wins:
        losses = ", ".join(
            f"{name} {run.typical_late(name):.3g}" for name in runs.LOSSES if run.knows(name)
        )
        return Finding(
            "generator wins",
            f"in the last third of the run {seen} ({losses}).",
            "Strengthen the discriminator: a higher learning rate or more filters for it, a lower "
            "rate for the generator; make sure that the generator's step changes the "
            "generator alone (lessons 03 and 08).",
        )


def _moves(values):
    """Whether a loss changes; an untrained discriminator may be fooled from the start."""
    return len(values) > 0 and np.ptp(values) > 0.15 * abs(np.median(values))


# Distance to the nearest other sample, relative to the contrast. Healthy fakes .5 and more,
# untrained ones too, real digits .8.
SAME = 0.1
# The same for points, whose spread over the batch stands in.
ONE_POINT = 0.05
FEWEST = 8  # pictures


def mode_collapse(run):
    """The generator draws one thing, or a few, whatever the latent vector."""
    nearest, contrast = run.typical_late("fake_nearest"), run.typical_late("fake_std")
    real_nearest, real_contrast = run.typical("real_nearest"), run.typical("real_std")
    if run.knows("fake_correlation") and nearest < SAME * contrast:
        if not real_nearest < 2 * SAME * real_contrast:  # unless the data is like that
            return _collapse(
                f"a fake differs from its nearest neighbor by {nearest:.2g} on average (root mean "
                f"square), reals by {real_nearest:.2g}"
            )
    spread, real_spread = run.typical_late("fake_diversity"), run.typical("real_diversity")
    if spread < ONE_POINT * real_spread:
        return _collapse(f"fakes spread {spread:.2g} around their mean, reals {real_spread:.2g}")
    return _alike_pictures(run)


def _alike_pictures(run):
    if run.pictures is None or len(run.pictures) < FEWEST:
        return None
    if measures.as_pictures(run.pictures) is None:
        return None
    pictures = runs.picture_measures(run)
    if run.typical("real_nearest") < 2 * SAME * run.typical("real_std"):
        return None  # the data is like that
    if pictures and pictures["picture_nearest"] <= SAME * pictures["picture_std"]:
        return _collapse(
            f"a picture differs from its nearest neighbor by {pictures['picture_nearest']:.2g} on "
            f"average (root mean square, black is -1 and white 1), at a contrast of "
            f"{pictures['picture_std']:.2g}"
        )
    return None


def _collapse(evidence):
    return Finding(
        "mode collapse",
        evidence + ".",
        "Did you draw more pictures than the data hold different ones? Then fakes must be alike. "
        "Make sure that the latent vectors differ and reach the picture. Then calm the game: "
        "lower the generator's learning rate, beta_1=0 or 0.5, add r1 and r2, use the "
        "relativistic loss with them, or pack several samples (lesson 08). Where all pictures are "
        "black, tanh is at its flat end: begin with a lower rate, or with "
        "gh.networks.generator(level=...) at the data's mean gray.",
    )


# Without looks: how little losses and logits vary from epoch to epoch, all four of them. A long run
# that has come to rest still varies by 3 % over five epochs.
FLAT = 0.005
# With pictures without contrast, as untrained generators draw them (digits have .6), more may pass
# for noise of the batches.
PALE, NEARLY_FLAT = 0.2, 0.05


def no_learning(run):
    """Both networks stay where they began."""
    changes = {name: run.typical(f"{name}_change") for name in ("generator", "discriminator")}
    won = run.typical_late("ranking") >= ALWAYS  # a sure discriminator may rest as well
    if all(value < CRAWL for value in changes.values()) and not won:
        seen = ", ".join(f"the {name} by {value:.1e}" for name, value in changes.items())
        evidence = f"weights move by a tiny share of their length: {seen}"
    elif _is_flat(run, FLAT):
        evidence = f"losses and logits vary by less than {FLAT:.1%} over the whole run"
    elif _is_flat(run, NEARLY_FLAT) and _is_pale(run):
        evidence = (
            f"losses and logits vary by less than {NEARLY_FLAT:.0%} over the whole run, and the "
            "pictures have no contrast"
        )
    else:
        return None
    return Finding(
        "no learning",
        evidence + ".",
        "Raise both learning rates: Adam(2e-4, beta_1=0.5) is the usual start. Look for "
        "gradients that are None or 0, and for outputs stuck at the end of tanh (lesson 04).",
    )


def _is_flat(run, most):
    names = (*runs.LOSSES, "real_logit", "fake_logit")
    if not all(len(run.all(name)) >= 5 for name in names):
        return False
    # One scale for all: a logit near 0 varies much, relative to itself.
    scale = max(abs(float(np.mean(run.all(name)))) for name in names)
    return all(np.ptp(run.all(name)) < most * scale for name in names)


def _is_pale(run):
    is_pictures = run.pictures is not None and measures.as_pictures(run.pictures) is not None
    return is_pictures and runs.picture_measures(run).get("picture_std", np.nan) < PALE
