"""Settings that suit most, found on two kinds of pairs; see benchmarks/TRANSLATION.md."""

import keras


def paired_settings():
    """Return the arguments of `PairedTranslator.compile` that lesson 13 uses, fresh optimizers.

    pix2pix weighs L1 a hundredfold, because its adversarial term alone draws what it likes. Here
    R1 and R2 keep the discriminator smooth, so that a tenth of that holds the picture in place,
    and the relativistic loss compares a fake with the very target that it should have been.
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
