"""Running a lesson keeps outputs, measures, and leaves the file alone where a cell fails."""

import nbformat.v4
import pytest

from lessonkit import execute, notebooks

HOLD_200_MB = "import time\nblock = b'x' * 200_000_000\ntime.sleep(1)\nlen(block)"


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """Return a function that writes a lesson of these code cells and returns its path."""
    monkeypatch.setenv("GAN_HELPERS_PROFILE", "cpu")

    def write(*sources):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
        notebook.metadata.update(widgets={"state": {}}, gan_helpers={"seconds": 1, "peak_mb": 1})
        notebooks.write(notebook, tmp_path / "00_x.ipynb")
        return tmp_path / "00_x.ipynb"

    return write


def test_run_keeps_outputs_and_measures(lesson, capsys):
    path = lesson("print('one')\nprint('two')", HOLD_200_MB)
    assert execute.run([path])
    notebook = notebooks.read(path)
    first, second = notebook.cells
    assert [(output.name, output.text) for output in first.outputs] == [("stdout", "one\ntwo\n")]
    assert second.outputs[0].data["text/plain"] == "200000000"
    assert (first.execution_count, second.execution_count) == (1, 2)
    assert notebook.metadata.keys() == {"kernelspec", "language_info", "gan_helpers"}
    assert 200 < notebook.metadata.gan_helpers.peak_mb < 1000
    assert first.metadata == {}
    assert "00_x" in capsys.readouterr().out
    assert list(path.parent.iterdir()) == [path]


def test_other_profiles_leave_no_measurement(lesson, monkeypatch):
    monkeypatch.setenv("GAN_HELPERS_PROFILE", "smoke")
    path = lesson("import os\nos.environ['GAN_HELPERS_PROFILE']")
    assert execute.run([path])
    assert notebooks.measurement(notebooks.read(path)) == {}
    assert notebooks.read(path).cells[0].outputs[0].data["text/plain"] == "'smoke'"


@pytest.mark.parametrize("fault", ["raise ValueError('no digits')", "import os\nos._exit(3)"])
def test_failure_is_told_and_leaves_the_file_alone(lesson, capsys, fault):
    path = lesson("1 + 1", fault)
    before = path.read_bytes()
    assert not execute.run([path])
    assert path.read_bytes() == before
    said = capsys.readouterr().out
    assert "00_x.ipynb failed; the file is unchanged" in said
    assert "no digits" in said or "died" in said


def test_pieces_of_print_are_joined_but_pictures_stay_between():
    def printed(text, name="stdout"):
        return nbformat.v4.new_output("stream", name=name, text=text)

    figure = nbformat.v4.new_output("display_data", {"text/plain": "<Figure>"})
    outputs = [printed("a"), printed("b"), figure, printed("c"), printed("d", "stderr")]
    merged = execute.merge_neighboring_streams(outputs)
    assert [output.get("text") for output in merged] == ["ab", None, "c", "d"]
