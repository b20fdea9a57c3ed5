"""nbval, set up as in `make test`, lets through what may differ and stops what may not."""

import os
import subprocess
import sys

import nbformat.v4
import pytest

from lessonkit import notebooks

FIT = "1/1 - {seconds}s - {seconds}{unit}/step - loss: 0.25\n"
SAME = {
    "place of the data": ("print('data: mnist, found elsewhere')", "data: mnist, found here\n"),
    "other lines about data": ("print('data: x\\nsame')", "data: y\nsame\n"),
    "times of fit": (
        f"print({FIT.format(seconds=31, unit='ms')!r}, end='')",
        FIT.format(seconds=2, unit="s"),
    ),
    "stderr": ("import sys\nprint('a warning', file=sys.stderr)", None),
}
OTHER = {
    "number": ("print(0.25)", "0.26\n"),
    "loss of fit": (
        f"print({FIT.format(seconds=1, unit='ms')!r}, end='')",
        FIT.format(seconds=1, unit="ms").replace("0.25", "0.26"),
    ),
    "line after the place of the data": ("print('data: x\\nsame')", "data: x\nother\n"),
    "error": ("raise ValueError('no digits')", None),
}


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Run nbval once on one notebook with all the cells; return what pytest says of each cell."""
    path = tmp_path_factory.mktemp("nbval") / "00_x.ipynb"
    cells = []
    for i, (source, printed) in enumerate([*SAME.values(), *OTHER.values()]):
        cell = nbformat.v4.new_code_cell(source, execution_count=i + 1)
        if printed:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=printed)]
        cells.append(cell)
    notebooks.write(nbformat.v4.new_notebook(cells=cells), path)

    sanitize = notebooks.REPOSITORY / "tests/notebooks/sanitize.cfg"
    command = [sys.executable, "-m", "pytest", "-p", "conftest", "-p", "no:cacheprovider", "-rA"]
    command += ["--nbval", "--nbval-current-env", f"--nbval-sanitize-with={sanitize}", str(path)]
    environment = os.environ | {"PYTHONPATH": str(notebooks.REPOSITORY)}
    done = subprocess.run(
        command, cwd=path.parent, env=environment, capture_output=True, text=True, check=False
    )
    return done.stdout


@pytest.mark.parametrize("name", SAME)
def test_what_may_differ_passes(report, name):
    assert f"PASSED 00_x.ipynb::Cell {list(SAME).index(name)}" in report


@pytest.mark.parametrize("name", OTHER)
def test_what_may_not_differ_fails(report, name):
    assert f"FAILED 00_x.ipynb::Cell {len(SAME) + list(OTHER).index(name)}" in report
