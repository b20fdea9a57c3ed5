"""The lessons on pairs and folders run without a network and without any data folder.

Each lesson's code runs here, in the profile `smoke`, on what the fall-back gives. nbval runs the
same cells on the real data; this leaves out kernel and comparison and asks only that they run.
"""

import os

import pytest

from lessonkit import notebooks

pytestmark = pytest.mark.skipif(
    not os.environ.get("GAN_HELPERS_DATA"),
    reason="without a data folder `make test` runs all lessons on the fall-back",
)
NUMBERS = ("13", "14", "15")
LESSONS = [path for path in notebooks.paths() if path.name[:2] in NUMBERS]


@pytest.fixture
def nothing_at_hand(tmp_path, monkeypatch):
    """An empty cache, no data folder, and no network."""

    def no_network(*_, **__):
        raise OSError("this test does not download")

    monkeypatch.delenv("GAN_HELPERS_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("keras.utils.get_file", no_network)
    monkeypatch.setattr("socket.create_connection", no_network)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson_runs_on_the_fall_back_alone(path, nothing_at_hand, eager, monkeypatch, capsys):
    monkeypatch.setenv("GAN_HELPERS_PROFILE", "smoke")
    monkeypatch.chdir(path.parent)
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda *things, **_: shown.extend(things))
    names = {"__name__": "lesson"}
    for cell in notebooks.code_cells(notebooks.read(path)):
        if "install" in notebooks.tags(cell):  # it holds a command of the notebook, not Python
            continue
        exec(compile(cell.source, cell.id, "exec"), names)
    said = capsys.readouterr().out
    assert "made from MNIST's digits" in said
    assert "correct: " in said and "not yet: " not in said
    assert shown
