"""What is wrong with the program: losses, labels, updates, batch norm."""

import numpy as np

from gan_helpers.diagnosis import runs
from gan_helpers.diagnosis.findings import Finding

# Length of a step relative to the weights. A learning rate of 1e-8 still gives 2e-8.
NO_MOVE = 1e-9
# Cosine between the generator's step and the way up the discriminator: .05 to .4 in healthy runs,
# the other sign after a sign error.
AGAINST = 0.04
# How surely the discriminator ranks (0.5 is chance) before its side counts.
SURE = 0.3
# A discriminator's loss that is as good as zero; healthy ones stay above .1 for all losses, but
# while the discriminator leads: then .02 with least squares.
ZERO_LOSS = 0.05


def constant_loss(run):
    """A loss that does not depend on any weight."""
    constant = [name for name in runs.LOSSES if _is_constant(run.all(name))]
    if "discriminator_loss" in constant or (constant and not run.knows("discriminator_loss")):
        values = ", ".join(f"{name} {run.all(name)[0]:.4g}" for name in constant)
        return Finding(
            "constant loss",
            f"the same number every time: {values}.",
            "Choose a loss that depends on the output: cross entropy on logits, "
            "BinaryCrossentropy(from_logits=True), for one output unit. The softmax of a single "
            "number is always 1 (lesson 03, logits; lesson 04, losses).",
        )


def generator_never_meets_discriminator(run):
    """A generator whose steps have nothing to do with the discriminator."""
    evidence = None
    if run.knows("trained_alone") and run.typical("trained_alone") == 1.0:
        evidence = (
            "the generator was compiled with a loss of its own and trained by its own "
            "train_on_batch or fit, where no discriminator is"
        )
    elif _is_constant(run.all("generator_loss")) and _varies(run.all("discriminator_loss")):
        evidence = (
            f"the generator's loss is {run.all('generator_loss')[0]:.4g} every time, whatever the "
            "discriminator says"
        )
    if evidence:
        rankings = run.late("ranking")
        if len(rankings):
            evidence += f"; the discriminator tells {np.mean(rankings):.0%} of the pairs apart"
        return Finding(
            "generator never meets discriminator",
            evidence + ".",
            "Compute the generator's loss from discriminator(generator(latent)) and let the "
            "gradient run back through both; do not compile and fit the generator by itself "
            "(lesson 04, one move each).",
        )


def _travel(run, name):
    """Return how far the weights moved from look to look, or at single steps where that is all."""
    moved = run.all(f"{name}_moved")
    return moved if len(moved) else run.all(f"{name}_change")


def not_updated(run):
    """A network whose weights never move."""
    still = [
        name
        for name in ("generator", "discriminator")
        if run.knows(f"{name}_change") and _travel(run, name).max() < NO_MOVE
    ]
    if still:
        moved = [n for n in ("generator", "discriminator") if n not in still]
        evidence = f"no weight of the {' or the '.join(still)} has moved"
        for name in moved:
            if run.knows(f"{name}_change"):
                evidence += (
                    f", while the {name} moves by {run.typical(f'{name}_change'):.1e} of its "
                    "weights at a step"
                )
        return Finding(
            "network not updated",
            evidence + ".",
            "Apply the gradients of each loss to that network's own trainable_variables, at every "
            "step, with a learning rate above 0; look for `trainable = False` that was never "
            "taken back (lesson 04, what freezing means).",
        )


# The probability that the discriminator gives fakes. Healthy runs: .65 at the start, then falling
# to one half; .78 to .93 where the fakes are trained as reals too.
BELIEVES = 0.72


def discriminator_not_frozen(run):
    """A discriminator that the generator's step trains too: it learns to call fakes real."""
    real, fake = run.typical_late("real_output"), run.typical_late("fake_output")
    fooled = run.typical_late("ranking") < 0.5 - SURE / 3  # that would be the generator's merit
    if run.typical("probabilities") == 1 and min(real, fake) > BELIEVES and not fooled:
        return Finding(
            "discriminator not frozen",
            f"the discriminator believes with {real:.2f} in reals and with {fake:.2f} in fakes, "
            "though nothing keeps it from learning better: it is trained to call fakes real.",
            "Let the generator's step change the generator alone. With a combined model, set "
            "discriminator.trainable = False before each of its steps, and True before each "
            "step of the discriminator (lesson 04, what freezing means).",
        )
    return None


def label_or_sign_error(run):
    """The generator is drawn away from the reals."""
    evidence = _one_label(run) or _wrong_way(run) or _accuracies_contradict(run)
    if evidence:
        return Finding(
            "label or sign error",
            evidence + ".",
            "Use one convention everywhere: reals 1, fakes 0; the generator wants its fakes to be "
            "called 1. Check the sign of each loss on logits that you choose by hand (lesson 04, "
            "name the bug; gh.losses has them tested).",
        )


def _one_label(run):
    """The discriminator's loss is fine, yet it says the same about both."""
    loss = run.typical_late("discriminator_loss")
    real, fake = run.typical_late("real_accuracy"), run.typical_late("fake_accuracy")
    ranking = run.typical_late("ranking")
    # A Wasserstein loss, near 0 where nobody leads, has been negative before.
    if loss < ZERO_LOSS and run.all("discriminator_loss").min() >= 0:
        if min(real, fake) < 0.01 and max(real, fake) > 0.99:
            return (
                f"the discriminator's loss is {loss:.2g}, but it gives reals and fakes the same "
                "answer, as if both were trained with one label"
            )
        if abs(ranking - 0.5) < SURE:
            return (
                f"the discriminator's loss is {loss:.2g}, but it rates a real above a fake in only "
                f"{ranking:.0%} of the pairs, as if both were trained with one label"
            )
    return None


def _wrong_way(run):
    """The generator's steps lead away from the side where the discriminator puts the reals."""
    agreement, ranking = run.all("agreement"), run.typical("ranking")
    if len(agreement) < 2 or not abs(ranking - 0.5) > SURE or run.typical("trained_alone") == 1:
        return None  # steps that no discriminator guides go anywhere
    side = np.sign(ranking - 0.5)
    if np.median(agreement) * side > -AGAINST or np.mean(agreement * side < 0) < 0.8:
        return None
    if side < 0 and not _discriminator_learned(run):
        return None  # a discriminator that is merely fooled
    return (
        f"the discriminator rates reals {'above' if side > 0 else 'below'} fakes in "
        f"{max(ranking, 1 - ranking):.0%} of the pairs, but the generator moves "
        f"{'down' if side > 0 else 'up'} its ratings (cosine {np.median(agreement):.2f})"
    )


def _discriminator_learned(run):
    """Whether the discriminator's own loss fell, whatever it calls what."""
    losses = run.all("discriminator_loss")
    if len(losses) < 2:
        return False
    late = run.typical_late("discriminator_loss")
    return late < losses[0] - abs(losses[0]) / 2 or abs(late) < ZERO_LOSS


def _accuracies_contradict(run):
    """Without looks: losses that both fall, or a discriminator that is wrong and content."""
    real, fake = run.typical_late("real_accuracy"), run.typical_late("fake_accuracy")
    discriminator, generator = (run.typical_late(name) for name in runs.LOSSES)
    if max(real, fake) < 0.1 and _discriminator_learned(run):
        return (
            f"the discriminator's loss fell to {discriminator:.2g}, yet it names {real:.0%} of "
            f"the reals and {fake:.0%} of the fakes correctly"
        )
    if min(real, fake) > 0.99 and abs(discriminator) < ZERO_LOSS:
        if 0 <= generator < ZERO_LOSS or (generator < -1 and run.typical_late("fake_logit") < 0):
            return (
                "the discriminator names all fakes, and still the generator is content: its loss "
                f"is {generator:.2g}"
            )
    return None


# --- batch norm ----------------------------------------------------------------------------------

# Contrast of pictures in inference mode, as a share of that in training mode. With averages over
# 100 steps, healthy runs have .2 after 100 steps, .4 after 200, and .8 and more after 500.
BLANK = 0.35
# Averages are ready after five times the steps that they reach back; who averages over a thousand
# steps waits too long for pictures.
WINDOWS = 5
LONG_WINDOW = 999.0


def batch_norm(run):
    """Batch norm in inference mode while training, or before its averages are ready."""
    for name in ("generator", "discriminator"):
        changes = run.all(f"{name}_norm_change")
        if len(changes) and changes.max() == 0 and run.typical(f"{name}_change") > NO_MOVE:
            return Finding(
                "batch norm in the wrong mode",
                f"the {name}'s weights move, but the averages of its batch norm never do.",
                f"Call the {name} with training=True in the training step, and with training=False "
                "when you draw pictures; do not freeze the layers (lesson 02, when it goes wrong).",
            )
    drawn, live, real = (run.late(f"{name}_std") for name in ("drawn", "fake", "real"))
    window, steps = run.typical("norm_window"), run.late("step")
    if not (window > 0 and len(drawn) and len(live) and len(real) and len(steps)):
        return None
    blank = drawn[-1] < BLANK * live[-1] and live[-1] > BLANK * real[-1]
    if blank and (steps[-1] > WINDOWS * window or window > LONG_WINDOW):
        return Finding(
            "batch norm in the wrong mode",
            f"after {steps[-1]:.0f} steps the contrast of fakes is {live[-1]:.2f} in training mode "
            f"and {drawn[-1]:.2f} in inference mode; batch norm averages over {window:.0f} steps.",
            "The averages of batch norm do not fit the weights: give the layers momentum=0.9, or "
            "train longer. Make sure that the training step calls training=True (lesson 02, when "
            "it goes wrong).",
        )
    return None


def _is_constant(values):
    return len(values) >= 3 and np.ptp(values) == 0


def _varies(values):
    return len(values) >= 3 and np.ptp(values) > 0
