"""Two replicas compute what one device does."""

import json
import pathlib
import subprocess
import sys

import distributed_run
import numpy as np
import pytest
import tiny

CASES = list(distributed_run.CASES)
STEPS = distributed_run.STEPS_PER_EPOCH * distributed_run.EPOCHS
FLOAT32 = 1e-6  # a few roundings of numbers around 1


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Return what the script found in a process of its own."""
    path = tmp_path_factory.mktemp("distribution") / "result.json"
    command = [sys.executable, str(pathlib.Path(distributed_run.__file__)), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(path.read_text())


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_two_replicas_compute_what_one_device_does(result, case):
    found = result[case]
    assert result["replicas"] == 2
    assert found["steps"] == [STEPS, STEPS]
    assert found["moved"] > 1e-3  # the weights did move
    assert all(gap <= FLOAT32 for gap in found["weights"].values()), found["weights"]
    # The accuracies divide the logits of each replica at their own middle.
    gaps = {name: gap for name, gap in found["metrics"].items() if "accuracy" not in name}
    assert all(gap <= FLOAT32 for gap in gaps.values()), gaps
    assert {"discriminator_loss", "generator_loss", "penalty"} <= set(gaps)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_all_replicas_hold_the_same_weights(result, case):
    assert result[case]["replicas_equal"]


@pytest.mark.slow
def test_replicas_share_one_draw_of_latent_vectors(result):
    first, second = map(np.asarray, result["latents"]["parts"])
    assert first.shape == (distributed_run.BATCH // 2, tiny.LATENT_DIM)
    assert not np.isin(first, second).any()
    whole = np.asarray(result["latents"]["whole"])
    assert np.array_equal(np.concatenate([first, second]), whole)
