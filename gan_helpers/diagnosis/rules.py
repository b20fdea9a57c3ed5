"""The rules in the order of cause and effect."""

from gan_helpers.diagnosis import data_rules, game_rules, runs, wiring_rules

# What spoils the data spoils everything; what is wrong in the program decides the game.
RULES = (
    data_rules.noise,
    data_rules.data_range,
    data_rules.unequal_batches,
    game_rules.not_a_number,
    wiring_rules.constant_loss,
    wiring_rules.generator_never_meets_discriminator,
    wiring_rules.not_updated,
    wiring_rules.discriminator_not_frozen,
    wiring_rules.label_or_sign_error,
    wiring_rules.batch_norm,
    game_rules.divergence,
    game_rules.no_learning,
    game_rules.discriminator_wins,
    game_rules.generator_wins,
    game_rules.mode_collapse,
    data_rules.spoiled_pictures,
    data_rules.drawn_noise,
)


def diagnose(history, pictures=None):
    """Return what is wrong with a training run: findings, the most causal first; [] if healthy.

    Each rule reads the entries it needs and keeps silent when they are missing: from the losses
    and accuracies of `GAN.fit` alone, most faults of a program cannot be told. Record with
    `Health` to find them. A later finding is often the effect of an earlier one.

    Args:
        history: the `History` of `GAN.fit`, a `Health`, or a dict of lists of numbers, one an
            epoch or a look.
        pictures: what the trained generator draws, uint8 (N, H, W, C), or floats as the program
            makes them; points of the plane (N, D). None: the history alone.

    Returns:
        list of `Finding`, empty when no rule found anything.

    Raises:
        ValueError: for a history that is no dict of lists of numbers, pictures of another shape,
            or nothing at all to look at.
    """
    run = runs.Run(history, pictures)
    findings = [finding for rule in RULES if (finding := rule(run)) is not None]
    if not findings and run.pictures is None and not run.knows_a_player():
        raise ValueError(
            f"history knows {', '.join(run.entries)}, which no rule reads; rename what you have to "
            f"{', '.join(runs.PLAYERS)}."
        )
    return findings
