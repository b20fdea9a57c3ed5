"""What a translator accepts: each function raises a ValueError that says what to do."""

import tensorflow as tf

from gan_helpers import checks


def networks(generator, discriminator):
    """The generator makes from a source what the discriminator judges beside that source."""
    checks.models(generator=generator, discriminator=discriminator)
    checks.functional(generator=generator, discriminator=discriminator)
    if len(generator.inputs) != 1 or len(generator.inputs[0].shape) != 4:
        raise ValueError(
            f"the generator takes {_shapes(generator.inputs)}; expected one picture, such as that "
            "of gh.networks.unet."
        )
    if len(discriminator.inputs) != 2:
        raise ValueError(
            f"the discriminator takes {len(discriminator.inputs)} inputs; expected [source, "
            "target], as gh.networks.patch_discriminator has them."
        )
    wanted = [generator.input_shape[1:], generator.output_shape[1:]]
    found = [tensor.shape[1:] for tensor in discriminator.inputs]
    if wanted != found:
        raise ValueError(
            f"the generator makes {wanted[1]} from {wanted[0]}, but the discriminator judges "
            f"{found[1]} beside {found[0]}; build both for the same shapes."
        )


def weights(**values):
    """Weights of a loss are numbers from 0 on, and not all of them 0."""
    checks.weights(**values)
    if not any(values.values()):
        raise ValueError(f"{' and '.join(values)} are 0: there is nothing to learn from.")


def pairs(x, source_shape, target_shape):
    """What `fit` gets must be batches (sources, targets) of the networks' shapes."""
    shapes = {"sources": source_shape, "targets": target_shape}
    two_sides(x, shapes, "gh.data.pair_pipeline(sources, targets)")


def two_sides(x, shapes, pipeline):
    """What `fit` gets must be a dataset of float pictures of two sides.

    Args:
        x: what came.
        shapes: {name of a side: shape (H, W, C) that its network takes}.
        pipeline: the call that makes such a dataset.
    """
    wanted = f"({', '.join(shapes)}): use {pipeline}."
    if not isinstance(x, tf.data.Dataset):
        raise ValueError(f"x is a {type(x).__name__}; expected a dataset of {wanted}")
    spec = x.element_spec
    if not (isinstance(spec, tuple) and len(spec) == 2):
        raise ValueError(f"the dataset yields {spec}; expected two batches of pictures, {wanted}")
    for side, (name, shape) in zip(spec, shapes.items(), strict=True):
        if not isinstance(side, tf.TensorSpec) or tuple(side.shape[1:]) != tuple(shape):
            raise ValueError(
                f"the batches of {name} are {getattr(side, 'shape', side)}, but the networks take "
                f"{(None, *shape)}; build them for the data's shapes, or exchange the sides."
            )
        if not side.dtype.is_floating:
            raise ValueError(
                f"the batches of {name} are {side.dtype.name}; expected float32 in [-1, 1]: use "
                f"{pipeline}."
            )


def _shapes(tensors):
    return ", ".join(str(tuple(tensor.shape)) for tensor in tensors)
