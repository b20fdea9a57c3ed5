"""provisional"""

from gan_helpers.diagnosis.findings import Finding


def diagnose(history, pictures=None):
    """Return what is wrong with a training run: findings, the most causal first; [] if healthy.

    Args:
        history: the `History` of `GAN.fit`, a `Health`, or a dict of lists. With the entries that
            `Health` records far more can be found than with the losses alone.
        pictures: what the trained generator draws, uint8 (N, H, W, C), or floats as the program
            makes them; (N, D) points of the plane. None: the history alone.
    """
    return []
