"""What follows from the public address and the measured times: badges, install cells, tables."""

import re
import tomllib

from lessonkit import notebooks

BADGE_PICTURE = "https://colab.research.google.com/assets/colab-badge.svg"
BADGE_LINE = re.compile(r"^\[!\[Open in Colab\]\([^)]*\)\]\([^)]*\)$", re.MULTILINE)
TIME_HEADER = "| Read | Run | Needs |"
TIME_ROW = re.compile(
    re.escape(TIME_HEADER) + r"\n\|[-:| ]+\|\n\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|"
)
INSTALL = """\
try:
    import gan_helpers as gh
except ImportError:  # on Colab; --no-deps leaves the packages there as they are
    %pip install -q --no-deps "git+{repository}"
"""
TABLE = re.compile(r"(<!-- lessons: written by tools/lessons.py sync -->\n).*?(<!-- end -->)", re.S)


def repository_address(root=notebooks.REPOSITORY):
    """Return the public address of the repository, from pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"]


def owner_and_name(repository):
    """Split the address https://github.com/owner/name; Colab opens nothing else."""
    match = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", repository)
    if not match:
        raise ValueError(
            f"the repository is {repository!r}; Colab opens only addresses of the form"
            " https://github.com/OWNER/NAME"
        )
    return match[1], match[2]


def set_repository_address(repository, root=notebooks.REPOSITORY):
    """Write another public address into pyproject.toml."""
    address = "https://github.com/{}/{}".format(*owner_and_name(repository))
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    line = re.compile(r'^Repository = "[^"]*"$', re.MULTILINE)
    path.write_text(line.sub(f'Repository = "{address}"', text), encoding="utf-8", newline="\n")


def badge(path, repository):
    """Return the Colab badge of a lesson, in Markdown."""
    owner, name = owner_and_name(repository)
    target = f"https://colab.research.google.com/github/{owner}/{name}/blob/main/notebooks"
    return f"[![Open in Colab]({BADGE_PICTURE})]({target}/{path.name})"


def install_source(repository):
    """Return the source of every install cell."""
    return INSTALL.format(repository=repository).strip()


def time_row(head):
    """Return what a head says under Read, Run and Needs, or None where the table is missing."""
    match = TIME_ROW.search(head)
    return [column.strip() for column in match.groups()] if match else None


def running_time(notebook):
    """Return what stands in the column Run of a head."""
    duration = notebooks.duration(notebook)
    if not notebooks.measurement(notebook):
        return duration
    return f"{duration} (two CPU cores, measured; longer without bfloat16)"


def sync_lesson(path, repository):
    """Bring badge, time and install cell of one lesson up to date."""
    notebook = notebooks.read(path)
    before = notebooks.text(notebook)
    sync_head(notebook.cells[0], path, repository, running_time(notebook))
    for cell in notebooks.tagged(notebook, "install"):
        cell.source = install_source(repository)
    if notebooks.text(notebook) != before:
        notebooks.write(notebook, path)


def sync_head(cell, path, repository, run):
    """Write badge and running time into a head."""
    line = badge(path, repository)
    if BADGE_LINE.search(cell.source):
        cell.source = BADGE_LINE.sub(line, cell.source, count=1)
    else:
        title, _, rest = cell.source.partition("\n")
        cell.source = f"{title}\n\n{line}\n\n{rest.strip()}"
    row = TIME_ROW.search(cell.source)
    if row:
        start, end = row.span(2)
        cell.source = f"{cell.source[:start]} {run} {cell.source[end:]}"


def table_of_lessons(paths, repository):
    """Return the README's table, in Markdown."""
    rows = ["| | Lesson | Needs | Read | Run | Memory | |", "|---|---|---|---|---|---|---|"]
    for path in paths:
        notebook = notebooks.read(path)
        read, _, needs = time_row(notebook.cells[0].source) or ["", "", ""]
        memory = notebooks.measurement(notebook).get("peak_mb")
        rows.append(
            f"| {path.name[:2]} | [{notebooks.title(notebook)}](notebooks/{path.name})"
            f" | {needs} | {read} | {notebooks.duration(notebook)}"
            f" | {f'{memory / 1000:.1f} GB' if memory else ''} | {badge(path, repository)} |"
        )
    return "\n".join(rows) + "\n"


def sync_readme(root, paths, repository):
    """Write the table of lessons into the README."""
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    table = table_of_lessons(paths, repository)
    new = TABLE.sub(lambda match: match[1] + table + match[2], text)
    readme.write_text(new, encoding="utf-8", newline="\n")


def sync(root=notebooks.REPOSITORY, repository=None):
    """Bring everything that follows from address and times up to date."""
    if repository:
        set_repository_address(repository, root)
    address = repository_address(root)
    paths = notebooks.paths(root / "notebooks")
    for path in paths:
        sync_lesson(path, address)
    sync_readme(root, paths, address)
