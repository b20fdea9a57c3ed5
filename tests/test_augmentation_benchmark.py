"""The benchmark of augmentation: its training sets, its memory of finished runs, its tables."""

import pathlib
import sys

import numpy as np
import pytest

import gan_helpers as gh

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmarks"))

import augmentation
import store

RANDOM = np.random.default_rng(0)
PICTURES = RANDOM.integers(0, 256, (6, 28, 28, 1)).astype(np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2])


def test_repeated_keeps_pictures_and_labels_together():
    pictures, labels = augmentation.repeated(PICTURES, LABELS, 20)
    assert len(pictures) == len(labels) == 20
    for i in (0, 7, 19):
        np.testing.assert_array_equal(pictures[i], PICTURES[i % 6])
        assert labels[i] == LABELS[i % 6]


def test_changed_pictures_are_changed_a_little_and_repeatable():
    middle = np.zeros((2, 28, 28, 1), np.uint8)
    middle[:, 10:18, 10:18] = 255
    one, labels = augmentation.changed(middle, LABELS[:2], 40, seed=1)
    again, _ = augmentation.changed(middle, LABELS[:2], 40, seed=1)
    other, _ = augmentation.changed(middle, LABELS[:2], 40, seed=2)
    assert one.dtype == np.uint8 and one.shape == (40, 28, 28, 1)
    np.testing.assert_array_equal(one, again)
    assert (one != other).any() and len(np.unique(one, axis=0)) > 30
    weight = one.astype(float).sum(axis=(1, 2, 3)) / middle[0].sum()
    assert np.all(abs(weight - 1) < 0.35)  # nothing is lost at the rim, nothing is doubled
    np.testing.assert_array_equal(labels, np.tile(LABELS[:2], 20))


def test_together_is_one_set():
    pictures, labels = augmentation.together((PICTURES, LABELS), (PICTURES[:2], LABELS[:2] + 5))
    assert pictures.shape == (8, 28, 28, 1) and labels.tolist() == [0, 1, 2, 0, 1, 2, 5, 6]


def test_training_learns_and_a_seed_repeats_it(monkeypatch):
    monkeypatch.setattr(augmentation, "STEPS", 12)
    for function in (augmentation.classifier, augmentation.compiled):
        function.cache_clear()
    dark, light = np.zeros((8, 28, 28, 1), np.uint8), np.full((8, 28, 28, 1), 255, np.uint8)
    pictures, labels = np.concatenate([dark, light]), np.repeat([3, 7], 8)
    augmentation.train(pictures, labels, seed=0)
    first = augmentation.probabilities(pictures)
    np.testing.assert_array_equal(first.argmax(axis=1), labels)
    augmentation.train(pictures, labels[::-1].copy(), seed=1)
    np.testing.assert_array_equal(augmentation.probabilities(pictures).argmax(axis=1), labels[::-1])
    augmentation.train(pictures, labels, seed=0)  # nothing of the run between is left
    np.testing.assert_allclose(augmentation.probabilities(pictures), first, atol=1e-5)
    for function in (augmentation.classifier, augmentation.compiled):
        function.cache_clear()


def test_only_sure_names_are_kept(monkeypatch):
    found = np.full((6, 10), 0.01, np.float32)
    found[:, 4] = [0.94, 0.96, 0.5, 0.99, 0.2, 0.3]
    monkeypatch.setattr(augmentation, "probabilities", lambda pictures: found)
    monkeypatch.setattr(augmentation, "PICTURES", 10)
    monkeypatch.setattr(augmentation, "changed", lambda *given: given)
    pictures, labels, count, _ = augmentation.sure(PICTURES, seed=0)
    np.testing.assert_array_equal(pictures, PICTURES[[1, 3]])
    assert labels.tolist() == [4, 4] and count == 10


def test_a_finished_run_is_not_done_again(tmp_path, monkeypatch):
    monkeypatch.setattr(augmentation, "RUNS", store.Store(tmp_path / "runs.json"))
    monkeypatch.setattr(augmentation, "accuracies", None)  # calling it fails
    augmentation.RUNS.put("mnist; 20 a class; seed 3", {"alone": 80.0})
    assert augmentation.measured("mnist", 20, 3) == {"alone": 80.0}
    with pytest.raises(TypeError):
        augmentation.measured("mnist", 20, 4)


def runs_of(*rows):
    """Return finished runs of 10 a class: (alone, classical) of seeds 0, 1, ..."""
    return {
        augmentation.key_of("mnist", 10, seed): {"alone": alone, "classical": classical}
        for seed, (alone, classical) in enumerate(rows)
    }


def test_tables_show_means_spreads_and_paired_differences():
    runs = runs_of((70.0, 80.0), (80.0, 91.0), (75.0, 87.0))
    lines = augmentation.table(runs, "mnist").splitlines()
    assert lines[0] == "| trained on | 10 a class (3 seeds) |"
    assert lines[2].startswith("| alone: ") and lines[2].endswith("| 75.0 ± 5.0 |")
    assert lines[-1].endswith("|  |")  # a way that was not run
    lines = augmentation.comparisons(runs, "mnist").splitlines()
    right = gh.evaluation.paired_comparison([80.0, 91.0, 87.0], [70.0, 80.0, 75.0])
    assert lines[2].startswith("| classical - alone | +11.0 (+8.5 to +13.5), p = ")
    assert f"p = {right.p_value:.4f}" in lines[2]


def test_one_seed_has_no_spread_and_no_test():
    runs = runs_of((70.0, 80.0))
    assert "| 70.0 |" in augmentation.table(runs, "mnist")
    assert "p =" not in augmentation.comparisons(runs, "mnist")


def test_part_of_a_data_set_is_refused(monkeypatch):
    monkeypatch.setattr(gh.data, "load", lambda *_: (PICTURES, LABELS))
    augmentation.loaded.cache_clear()
    with pytest.raises(SystemExit, match="needs all of mnist"):
        augmentation.loaded("mnist")
    augmentation.loaded.cache_clear()
