"""The benchmarks of the plane and of the bands measure a run once, and go on where they stopped."""

import pathlib
import sys
import types

import numpy as np
import pytest

import gan_helpers as gh

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "benchmarks"))

import bands
import plane
import store


@pytest.fixture
def runs(tmp_path):
    return store.Store(tmp_path / "runs.json")


def test_plane_run_is_measured_once(runs, monkeypatch):
    monkeypatch.setattr(plane, "RUNS", runs)
    trained = []

    def train(mixture, seed):
        trained.append(seed)
        return types.SimpleNamespace(generate=lambda count, seed: mixture.sample(count, seed)[0])

    first = plane.measured("ring", train, gh.data.ring(), 0)
    assert first["modes"] == 8 and first["n"] == plane.COUNT
    assert plane.measured("ring", train, gh.data.ring(), 0) == first
    plane.measured("ring", train, gh.data.ring(), 1)
    assert trained == [0, 1]
    assert set(runs.read()) == {"ring, seed 0", "ring, seed 1"}


def test_a_table_that_was_not_asked_for_stays(runs, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(plane, "RUNS", runs)
    monkeypatch.setattr(plane, "REPORT", tmp_path / "PLANE.md")
    monkeypatch.setattr(
        plane, "TABLES", {name: lambda n=name: f"table {n}" for name in plane.TABLES}
    )
    monkeypatch.setattr(plane.gh, "setup", lambda **_: None)
    for key in plane.RUNS_OF["cures"]:
        runs.put(key, {})
    plane.main(["recipe"])
    assert "table recipe\n\ntable cures" in (tmp_path / "PLANE.md").read_text()
    runs.forget(lambda key: key == plane.RUNS_OF["cures"][0])
    plane.main(["recipe"])
    assert "table cures" not in (tmp_path / "PLANE.md").read_text()


def test_bands_of_other_code_are_measured_again(runs, monkeypatch):
    monkeypatch.setattr(bands, "RUNS", runs)
    steps = list(range(0, bands.STEPS + 1, bands.EVERY))
    trained = []

    def quick_gan(images, steps, seed, callbacks):
        trained.append(seed)
        curve = [1 / 3] * (steps // bands.EVERY)
        history = types.SimpleNamespace(history=dict.fromkeys(bands.CURVES, curve))
        return types.SimpleNamespace(history=history)

    score = types.SimpleNamespace(steps=steps, values=np.ones(len(steps)))
    monkeypatch.setattr(gh.callbacks, "ScoreOverTime", lambda *_, **__: score)
    monkeypatch.setattr(gh, "quick_gan", quick_gan)
    first = bands.measured(0, None, None)
    assert set(first) == {*bands.CURVES, "fid"}
    assert set(first["generator_loss"]) == {0.3333}
    assert bands.measured(0, None, None) == first and trained == [0]
    monkeypatch.setattr(bands, "PICTURES", 1)
    bands.measured(0, None, None)
    assert trained == [0, 0]


def test_all_code_that_a_run_of_the_bands_depends_on_exists():
    assert all(list(bands.PACKAGE.glob(name)) for name in bands.CODE)
