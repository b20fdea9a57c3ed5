"""The benchmark of few images: its choice of digits, its memory of finished runs, its table."""

import pathlib
import sys

import numpy as np
import pytest

import gan_helpers as gh

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmarks"))

import few_images
import store


@pytest.fixture
def numbered(monkeypatch):
    """Let `load` return pictures that carry their number in their first pixels."""
    counts = {"train": 60_000, "test": 10_000}

    def load(name, split):
        images = np.zeros((counts[split], 2, 2, 1), np.uint8)
        numbers = np.arange(counts[split])
        images[:, 0, 0, 0], images[:, 0, 1, 0] = numbers % 256, numbers // 256
        return images, numbers

    monkeypatch.setattr(gh.data, "load", load)
    few_images.digits.cache_clear()
    yield counts
    few_images.digits.cache_clear()


def numbers(images):
    return (images[:, 0, 0, 0] + 256 * images[:, 0, 1, 0].astype(int)).tolist()


def test_training_and_floor_share_no_digit(numbered):
    found = {name: numbers(images) for name, images in few_images.digits().items()}
    assert [len(found[name]) for name in ("few", "others", "many others")] == [500, 500, 10_000]
    chosen = [*found["few"], *found["others"], *found["many others"]]
    assert len(set(chosen)) == 11_000
    assert max(found["few"]) > 50_000  # from all of the set, not from its start


def test_part_of_mnist_is_refused(numbered):
    numbered["train"] = 4_000
    with pytest.raises(SystemExit, match="needs all of MNIST"):
        few_images.digits()


def test_one_run_gives_what_is_missing_at_each_number_of_steps(tmp_path, monkeypatch, digits):
    monkeypatch.setattr(few_images, "RUNS", store.Store(tmp_path / "runs.json"))
    monkeypatch.setattr(few_images, "digits", lambda: {"few": digits})
    monkeypatch.setattr(few_images, "FAKES", 60)
    monkeypatch.setattr(few_images, "scores", lambda found: {"fid": found.sum()})
    trained = []
    quick_gan = gh.quick_gan

    def counted(*given, **options):
        trained.append((options["steps"], options["augment"]))
        return quick_gan(*given, **options)

    monkeypatch.setattr(gh, "quick_gan", counted)
    few_images.measure("translation", 1, [10, 30])
    few_images.measure("translation", 1, [10, 20])
    few_images.measure("translation", 1, [10, 20, 30])
    assert trained == [(30, ("translation",)), (20, ("translation",))]
    runs = few_images.RUNS.read()
    assert sorted(runs) == [f"translation; {steps} steps; seed 1" for steps in (10, 20, 30)]
    assert len({run["fid"] for run in runs.values()}) == 3  # of three moments


def test_table_shows_medians_and_ranges_and_leaves_out_what_is_missing():
    def run(fid):
        return dict.fromkeys(("precision", "recall", "coverage", "close", "z"), 0.5) | {"fid": fid}

    runs = {f"none; 3000 steps; seed {seed}": run(fid) for seed, fid in enumerate((9.0, 2.0, 4.0))}
    runs["translation; 3000 steps; seed 1"] = run(1.26)
    lines = few_images.table(runs, {"real digits": run(1.0)}).splitlines()
    assert len(lines) == 5
    assert lines[2].startswith("| none | 3,000 | 3 | 4.0 (2.0 to 9.0) | 0.50 (0.50 to 0.50) |")
    assert lines[3].startswith("| translation | 3,000 | 1 | 1.3 | 0.50 |")
    assert "| 50.0 |" in lines[3]  # of the close ones, in percent
    assert lines[4].startswith("| real digits |  | 1 | 1.0 |")
    assert len({line.count("|") for line in lines}) == 1
