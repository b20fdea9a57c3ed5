"""What the tests share: a few real digits, and the same start for every test."""

import os

import pytest

import gan_helpers as gh

keras = gh.runtime.keras


@pytest.fixture(scope="session")
def digits():
    """Return 512 real digits, uint8 (512, 28, 28, 1), without ever asking the network."""

    def no_network(*_):
        raise OSError("tests do not download")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gan_helpers.data.sources._download", no_network)
        images, _ = gh.data.load("mnist", "train")
    return images[:512].copy()


@pytest.fixture(autouse=True)
def same_start(monkeypatch):
    """Begin each test with seed 0, in float32, and without a profile from outside."""
    monkeypatch.delenv("GAN_HELPERS_PROFILE", raising=False)
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")


def pytest_report_header():
    """Say in the head of the report where data sets come from."""
    return f"GAN_HELPERS_DATA: {os.environ.get('GAN_HELPERS_DATA', 'not set')}"
