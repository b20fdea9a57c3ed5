"""Pictures in, pictures out: what every translator does once it is trained."""

import numpy as np

from gan_helpers.data import arrays


def translated(generator, images, name, batch_size):
    """Return what the generator makes of uint8 pictures, uint8, a batch at a time."""
    images = arrays.check_images(images, name)
    if images.shape[1:] != generator.input_shape[1:]:
        raise ValueError(
            f"{name} has the shape {images.shape}; expected {('N', *generator.input_shape[1:])}."
        )
    parts = [
        generator(arrays.scale(images[start : start + batch_size]), training=False).numpy()
        for start in range(0, len(images), batch_size)
    ]
    # A generator without tanh may leave the range a little.
    return arrays.unscale(np.clip(np.concatenate(parts), -1.0, 1.0))
