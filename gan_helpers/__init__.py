"""Small, tested building blocks for generative adversarial networks in Keras 3.

Each module holds what one lesson of the course builds by hand. `import gan_helpers as gh` loads
TensorFlow quietly, and the layers that saved networks name; all other modules are loaded when they
are first used.
"""

import importlib

from gan_helpers import runtime  # first: it silences TensorFlow's start
from gan_helpers.runtime import setup

from gan_helpers import networks  # isort: skip

__version__ = "0.1.0"

_MODULES = (
    "augmentation",
    "callbacks",
    "data",
    "diagnosis",
    "evaluation",
    "exercises",
    "export",
    "gan",
    "imputation",
    "losses",
    "plans",
    "plots",
    "recipes",
    "translation",
    "widgets",
)
_NAMES = {"GAN": "gan", "quick_gan": "recipes"}

__all__ = ["__version__", "networks", "runtime", "setup", *_MODULES, *_NAMES]


def __getattr__(name):
    """Load a module, or the module that holds a name, at its first use (PEP 562)."""
    if name in _MODULES:
        return importlib.import_module(f"gan_helpers.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(f"gan_helpers.{_NAMES[name]}"), name)
    raise AttributeError(f"module 'gan_helpers' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
