"""Translators in `.keras` files: what is written, and how it is read back."""

import keras

from gan_helpers import checks


def networks(model, names):
    """Return {name: serialized network} of the model's attributes of these names."""
    return {name: keras.saving.serialize_keras_object(getattr(model, name)) for name in names}


def values(model, names):
    """Return {name: value} of settings; schedules and optimizers are serialized."""
    found = {name: getattr(model, name) for name in names}
    kinds = checks.Schedule | keras.optimizers.Optimizer
    return {
        name: keras.saving.serialize_keras_object(value) if isinstance(value, kinds) else value
        for name, value in found.items()
    }


def restored(config, custom_objects=None):
    """Return the config with what was serialized turned into objects again."""
    return {
        name: keras.saving.deserialize_keras_object(value, custom_objects)
        if isinstance(value, dict)
        else value
        for name, value in config.items()
    }


def load(kind, path):
    """Return what a `.keras` file holds, if it is of this kind."""
    loaded = keras.saving.load_model(path, safe_mode=True)
    if not isinstance(loaded, kind):
        raise ValueError(f"{path} holds a {type(loaded).__name__}, not a {kind.__name__}.")
    return loaded
