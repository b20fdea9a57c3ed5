"""Copies of the lessons for students: no solutions, no outputs."""

import pathlib
import shutil

from lessonkit import notebooks


def without_answers(notebook):
    """Remove solutions and outputs from a notebook, in place."""
    notebook.cells = [cell for cell in notebook.cells if "solution" not in notebooks.tags(cell)]
    for cell in notebooks.code_cells(notebook):
        cell.outputs = []
        cell.execution_count = None


def copy_pictures(notebook, source, folder):
    """Copy the picture files that the prose shows."""
    for _, target in notebooks.pictures_in_prose(notebook):
        if (source / target).is_file():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / target, folder / target)


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
        copy_pictures(notebook, path.parent, folder)
