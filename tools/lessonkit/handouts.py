"""Copies of the lessons for students: no solutions, no outputs."""

import pathlib
import re
import shutil

from lessonkit import notebooks

BADGE = re.compile(r"^\[!\[Open in Colab\].*\n\n?", re.MULTILINE)


def without_answers(notebook):
    """Remove solutions, outputs and the badge, which opens the lesson itself, in place."""
    notebook.cells = [cell for cell in notebook.cells if "solution" not in notebooks.tags(cell)]
    for cell in notebook.cells:
        if "head" in notebooks.tags(cell):
            cell.source = BADGE.sub("", cell.source)
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
    """Write a copy of each lesson into `folder`, where no file of that name may be.

    What lies there may be filled in already, and is never replaced.
    """
    folder = pathlib.Path(folder)
    if there := [path.name for path in paths if (folder / path.name).exists()]:
        raise ValueError(f"{folder} holds {', '.join(there)} already; name another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for path in paths:
        notebook = notebooks.read(path)
        without_answers(notebook)
        notebooks.write(notebook, folder / path.name)
        copy_pictures(notebook, path.parent, folder)
