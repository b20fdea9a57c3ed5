"""Copies of the lessons for students: no solutions, no outputs."""

import pathlib

from lessonkit import notebooks


def without_answers(notebook):
    """Remove solutions and outputs from a notebook, in place."""
    notebook.cells = [cell for cell in notebook.cells if "solution" not in notebooks.tags(cell)]
    for cell in notebooks.code_cells(notebook):
        cell.outputs = []
        cell.execution_count = None


def write_handouts(paths, folder):
    """Write a copy of each lesson into `folder`."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        if (folder / path.name).resolve() == path.resolve():
            raise ValueError(f"{folder} holds the lessons themselves; name another folder")
        notebook = notebooks.read(path)
        without_answers(notebook)
        notebooks.write(notebook, folder / path.name)
