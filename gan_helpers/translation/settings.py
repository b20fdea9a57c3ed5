"""Settings of the translators under a name."""

import keras


def paired_settings():
    """Return the arguments of `PairedTranslator.compile` that lesson 13 uses, fresh optimizers.

    The relativistic loss compares a fake with the very target that it should have been; R1 and R2
    keep the discriminator smooth. pix2pix weighs L1 a hundredfold and trains for hours; a tenth of
    that lets texture come within minutes. What was tried is in benchmarks/NOTES.md.
    """
    return {
        "loss": "relativistic",
        "adversarial": 1.0,
        "l1": 10.0,
        "r1": 10.0,
        "r2": 10.0,
        "penalty_every": 4,
        "generator_optimizer": keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99),
        "discriminator_optimizer": keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99),
        "ema": 0.99,
    }
