"""The contestants of benchmarks/quality.py: `gh.quick_gan` and published GANs beside it.

Each peer is written anew from its published architecture and settings, in a module of its own
whose docstring says where it comes from and what differs. Its class `Peer` has the interface

    Peer(images, labels, seed)    uint8 (N, 28, 28, 1), whole numbers (N,), a whole number
    train(steps)                  goes on for that many steps, as the published code counts them
    generate(count, seed)         uint8 (count, 28, 28, 1), drawn as the published code draws

This file imports nothing but the standard library: `pytorch_dcgan` runs in an environment without
TensorFlow.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Contestant:
    """What the benchmark must know before it imports a contestant.

    Attributes:
        label: the name in tables and figures.
        anytime: whether a run that is cut short is the start of a longer one. Where the settings
            depend on the length of the run, each length is a run of its own.
        multiple: its number of steps is rounded down to a multiple of this.
        torch: whether it runs on PyTorch instead of TensorFlow.
    """

    label: str
    anytime: bool = True
    multiple: int = 1
    torch: bool = False


CONTESTANTS = {
    # `anytime` may be true as long as `gh.recipes.settings` does not ask for the number of steps.
    "quick_gan": Contestant("gh.quick_gan", anytime=True, multiple=50),
    "tensorflow_dcgan": Contestant("DCGAN, TensorFlow tutorial"),
    "keras_dcgan": Contestant("DCGAN, keras.io"),
    "keras_wgan_gp": Contestant("WGAN-GP, keras.io"),
    "keras_conditional": Contestant("conditional GAN, keras.io"),
    "pytorch_dcgan": Contestant("DCGAN, PyTorch examples", torch=True),
    "r3gan": Contestant("R3GAN at this size"),
}
