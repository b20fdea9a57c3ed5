"""Where the lessons lie, and how a notebook is read, written and looked into."""

import os
import pathlib
import re

import nbformat

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / "notebooks"
NOT_COMPARED = {"nbval-ignore-output", "nbval-skip"}


def paths(folder=FOLDER, names=()):
    """Return the lessons in `folder`, in order; `names` are their beginnings, such as "00"."""
    lessons = sorted(pathlib.Path(folder).glob("[0-9][0-9]_*.ipynb"))
    if not names:
        return lessons
    starts = [pathlib.Path(name).name for name in names]
    for start in starts:
        if not any(path.name.startswith(start) for path in lessons):
            known = ", ".join(path.name for path in lessons) or "none yet"
            raise ValueError(f"no lesson begins with {start!r}; there are: {known}")
    return [path for path in lessons if path.name.startswith(tuple(starts))]


def read(path):
    """Read a notebook in the current format."""
    return nbformat.read(path, as_version=4)


def text(notebook):
    """Return a notebook as it stands in its file."""
    return nbformat.writes(notebook) + "\n"


def write(notebook, path):
    """Write a notebook at once or not at all."""
    path = pathlib.Path(path)
    part = path.with_name(path.name + ".part")
    part.write_text(text(notebook), encoding="utf-8", newline="\n")
    os.replace(part, path)


def tags(cell):
    """Return the tags of a cell."""
    return set(cell.metadata.get("tags", []))


def tagged(notebook, tag):
    """Return the cells that carry a tag."""
    return [cell for cell in notebook.cells if tag in tags(cell)]


def code_cells(notebook):
    """Return the code cells."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def title(notebook):
    """Return what follows the number in the first line, or "" where that line has another form."""
    first_line = notebook.cells[0].source.partition("\n")[0] if notebook.cells else ""
    match = re.fullmatch(r"# \d\d · (.+)", first_line)
    return match[1] if match else ""


def pictures_in_prose(notebook):
    """Return (alt text, target) of every Markdown picture, badges left out."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return re.findall(r"(?<!\[)!\[([^\]]*)\]\(([^)\s]+)\)", prose)


def measurement(notebook):
    """Return {"seconds": ..., "peak_mb": ...} of the last full run, or {} where there was none."""
    return notebook.metadata.get("gan_helpers", {})


def duration(notebook):
    """Return the measured running time in words."""
    seconds = measurement(notebook).get("seconds")
    if seconds is None:
        return "not measured yet"
    minutes, seconds = divmod(round(seconds), 60)
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
