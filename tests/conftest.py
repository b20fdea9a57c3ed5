"""What the tests share: a few real digits, and the same start for every test."""

import gc
import os

import pytest

import gan_helpers as gh

keras, tf = gh.runtime.keras, gh.runtime.tf
pytest.register_assert_rewrite("answers")  # so that its failures show what was said

# The longest first, by measured seconds, so that two processes end at about the same time.
LONG = """
    test_planted test_recipes test_fall_back test_healthy test_conditional test_gan test_callbacks
    test_unpaired test_lab test_recorder test_bands test_resume test_distribution test_lesson_04
    test_paired test_package test_completer test_runtime test_feature_training
""".split()


def pytest_collection_modifyitems(items):
    """Put the files that take long first."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.stem, len(LONG)))


@pytest.fixture(scope="session")
def load_offline():
    """Return `gh.data.load` that never asks the network."""

    def no_network(*_):
        raise OSError("tests do not download")

    def load(name, split):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("gan_helpers.data.sources._download", no_network)
            return gh.data.load(name, split)

    return load


@pytest.fixture(scope="session")
def digits(load_offline):
    """Return 512 real digits, uint8 (512, 28, 28, 1)."""
    return load_offline("mnist", "train")[0][:512].copy()


@pytest.fixture(scope="session", autouse=True)
def kept_kernels():
    """Keep TensorFlow's kernels from test to test: test_gan.py took 56 s without it, 40 s with it.

    TensorFlow throws them away where its own seed is set. Nothing here draws by that seed: Keras
    and the package draw statelessly.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tensorflow.random.set_seed", lambda seed: None)
        yield


@pytest.fixture(autouse=True)
def same_start(monkeypatch):
    """Begin each test with seed 0, in float32, and without a profile from outside."""
    monkeypatch.delenv("GAN_HELPERS_PROFILE", raising=False)
    keras.config.set_dtype_policy("float32")
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def eager(monkeypatch):
    """Compute step by step: a graph takes seconds to build, which a few steps do not repay."""
    compiled = keras.Model.compile
    one_by_one = {"run_eagerly": True}
    monkeypatch.setattr(
        keras.Model, "compile", lambda *a, **options: compiled(*a, **options | one_by_one)
    )


def pytest_collection_finish():
    """Spare each test what only long runs repay.

    The search for garbage would take half a second longer for modules that stay, and TensorFlow's
    rewriting of each new graph a tenth of their time; the lessons run with it.
    """
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    gc.collect()
    gc.freeze()


def pytest_report_header():
    """Say in the head of the report where data sets come from."""
    return f"GAN_HELPERS_DATA: {os.environ.get('GAN_HELPERS_DATA', 'not set')}"
