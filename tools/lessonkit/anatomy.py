"""What every lesson has, as one list of findings for people.

Each rule takes a `Lesson` and yields sentences that say where the lesson breaks it.
"""

import base64
import dataclasses
import pathlib
import re
import tempfile

from lessonkit import links, notebooks

MOST_LINES_IN_A_CELL = 25
MOST_LINES_ON_AVERAGE = 14
LARGEST_FILE = 1_000_000
LARGEST_PICTURE = 150_000
SHORTEST_ALT_TEXT = 20


@dataclasses.dataclass
class Lesson:
    """A notebook, its file, and the public address it must point to."""

    path: pathlib.Path
    notebook: object
    repository: str

    @property
    def head(self):
        """The text of the first cell."""
        return self.notebook.cells[0].source

    @property
    def code(self):
        """The code cells."""
        return notebooks.code_cells(self.notebook)

    @property
    def markdown(self):
        """The text of all markdown cells together."""
        return "\n\n".join(c.source for c in self.notebook.cells if c.cell_type == "markdown")

    def place(self, cell):
        """Name a cell so that a reader finds it: position from 0 and first line."""
        first_line = cell.source.strip().partition("\n")[0][:40]
        return f"cell {self.notebook.cells.index(cell)} ({first_line!r})"

    def outputs(self):
        """Yield (cell, output) for every output."""
        for cell in self.code:
            for output in cell.outputs:
                yield cell, output


def check_head(lesson):
    """Title, badge, promise, times, objectives, result."""
    first = lesson.notebook.cells[0]
    if first.cell_type != "markdown" or "head" not in notebooks.tags(first):
        yield "cell 0 is not a markdown cell with the tag 'head'"
        return
    number = lesson.path.name[:2]
    if not notebooks.title(lesson.notebook) or not lesson.head.startswith(f"# {number} · "):
        yield f"cell 0 does not begin with '# {number} · ' and a title"
    if links.badge(lesson.path, lesson.repository) not in lesson.head:
        yield "the Colab badge is missing or points elsewhere: run `sync`"
    row = links.time_row(lesson.head)
    if row is None:
        yield "cell 0 has no table | Read | Run | Needs | with one row"
    elif row[1] != links.running_time(lesson.notebook):
        yield f"Run says {row[1]!r}, not {links.running_time(lesson.notebook)!r}: run `sync`"
    if not has_promise(lesson.head):
        yield "cell 0 has no sentence of promise between badge and table"
    objectives = len(re.findall(r"^(?:[-*]|\d\.) ", lesson.head, re.MULTILINE))
    if not 3 <= objectives <= 5:
        yield f"cell 0 lists {objectives} objectives; three to five are wanted"
    if not re.search(r"!\[[^\]]+\]\(|<img\b", text_before_code(lesson)):
        yield "the result is not shown as a picture before the first code cell"


def text_before_code(lesson):
    """Return the markdown above the first code cell, without the badge."""
    texts = []
    for cell in lesson.notebook.cells:
        if cell.cell_type == "code":
            break
        texts.append(cell.source)
    return "\n".join(texts).replace(links.badge(lesson.path, lesson.repository), "")


def has_promise(head):
    """Tell whether prose stands between the badge and the table of times."""
    between = head.partition(links.TIME_HEADER)[0].splitlines()[1:]
    return any(line.strip() and not line.startswith("[![") for line in between)


def check_measured(lesson):
    """Times and memory come from a full run."""
    if not notebooks.measurement(lesson.notebook).keys() >= {"seconds", "peak_mb"}:
        yield "time and memory were not measured: run `make lessons`"


def check_setup(lesson):
    """The first two code cells install and set up."""
    install, setup = (lesson.code + [None, None])[:2]
    if install is None or "install" not in notebooks.tags(install):
        yield "the first code cell does not carry the tag 'install'"
    elif install.source != links.install_source(lesson.repository):
        yield "the install cell is not the common one: run `sync`"
    if setup is None or "gh.setup(" not in setup.source:
        yield "the second code cell does not call gh.setup"


def check_exercises(lesson):
    """Two or more exercises, each stub, check, folded solution, with hints; folded answers."""
    stubs = [i for i, cell in enumerate(lesson.code) if "exercise" in notebooks.tags(cell)]
    if len(stubs) < 2:
        yield f"there are {len(stubs)} exercises; two or more are wanted"
    for i in stubs:
        check, solution = (lesson.code[i + 1 :] + [None, None])[:2]
        place = lesson.place(lesson.code[i])
        if check is None or "gh.exercises.check_" not in check.source:
            yield f"{place}: the next code cell does not call gh.exercises.check_..."
        if solution is None or "solution" not in notebooks.tags(solution):
            yield f"{place}: the code cell after its check does not carry the tag 'solution'"
    for cell in notebooks.tagged(lesson.notebook, "solution"):
        if not cell.metadata.get("jupyter", {}).get("source_hidden"):
            yield f"{lesson.place(cell)}: the solution is not folded (jupyter.source_hidden)"
    for cell in notebooks.tagged(lesson.notebook, "answer"):
        if not cell.metadata.get("jupyter", {}).get("outputs_hidden"):
            yield f"{lesson.place(cell)}: the answer is not folded (jupyter.outputs_hidden)"
    if lesson.markdown.count("<details") < len(stubs):
        yield "there are fewer folded hints (<details>) than exercises"


def check_end(lesson):
    """The sections that close a lesson, and the way to its neighbors."""
    for heading in ("When it goes wrong", "Keep"):
        if not re.search(rf"^## {heading}\b", lesson.markdown, re.MULTILINE):
            yield f"there is no section '## {heading}'"
    last = lesson.notebook.cells[-1]
    if last.cell_type != "markdown" or "keep" not in notebooks.tags(last):
        yield "the last cell is not a markdown cell with the tag 'keep'"
        return
    for neighbor in neighbors(lesson.path):
        if f"({neighbor})" not in last.source:
            yield f"the last cell has no link to {neighbor}"


def neighbors(path):
    """Return the file names of the lessons before and after this one, as far as they exist."""
    names = [lesson.name for lesson in notebooks.paths(path.parent)]
    if path.name not in names:
        return []
    i = names.index(path.name)
    return names[max(i - 1, 0) : i] + names[i + 1 : i + 2]


def check_links(lesson):
    """Links to files lead somewhere."""
    prose = re.sub(r"`[^`]*`", "", lesson.markdown)
    for target in re.findall(r"\]\(([^)\s#]+)[^)]*\)", prose):
        is_file = not re.match(r"[a-z]+:", target)
        if is_file and not (lesson.path.parent / target).exists():
            yield f"a link leads to {target}, which does not exist"


def check_execution(lesson):
    """Run from top to bottom, without errors or warnings, nothing left by widgets."""
    counts = [cell.execution_count for cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield "the code cells were not run once from top to bottom: run `make lessons`"
    if "widgets" in lesson.notebook.metadata:
        yield "metadata.widgets is stored, which GitHub refuses to show: run `make lessons`"
    for cell, output in lesson.outputs():
        if output.output_type == "error":
            yield f"{lesson.place(cell)}: the output is an error ({output.ename})"
        if output.get("name") == "stderr":
            yield f"{lesson.place(cell)}: something is written to stderr: {output.text[:60]!r}"


def check_data(lesson):
    """The committed outputs are of the whole data, not of what stands in where they cannot be had.

    The words are those that `gh.data.load` prints; data that came over a network just now leave a
    progress bar behind.
    """
    for cell, output in lesson.outputs():
        for text in texts_of(output):
            found = re.search(r"^data: .*(no network|made from).*$|^Downloading .*$", text, re.M)
            if found:
                yield (
                    f"{lesson.place(cell)}: run with {found[0]!r}; set GAN_HELPERS_DATA to a "
                    "folder with all the data, and run it again"
                )


def check_compared(lesson):
    """Most cells are compared by nbval."""
    ignored = [cell for cell in lesson.code if notebooks.tags(cell) & notebooks.NOT_COMPARED]
    if len(ignored) * 4 > len(lesson.code):
        yield f"{len(ignored)} of {len(lesson.code)} code cells are not compared; a quarter may be"


def check_length(lesson):
    """Cells that fit on a screen."""
    lengths = [len(cell.source.splitlines()) for cell in lesson.code]
    for cell, length in zip(lesson.code, lengths, strict=True):
        if not length:
            yield f"{lesson.place(cell)}: the code cell is empty"
        if length > MOST_LINES_IN_A_CELL:
            yield f"{lesson.place(cell)}: {length} lines of code; {MOST_LINES_IN_A_CELL} may be"
    if lengths and sum(lengths) > MOST_LINES_ON_AVERAGE * len(lengths):
        mean = sum(lengths) / len(lengths)
        yield f"a code cell has {mean:.1f} lines on average; {MOST_LINES_ON_AVERAGE} may be"


def check_pictures(lesson):
    """Every picture has alt text and is small, in outputs and in prose."""
    for cell, output in lesson.outputs():
        for kind, data in output.get("data", {}).items():
            if kind == "text/html":
                yield from check_html(lesson.place(cell), data)
            if kind == "image/svg+xml":
                yield f"{lesson.place(cell)}: an SVG picture, which nbval cannot compare; use PNG"
            elif kind.startswith("image/"):
                yield from check_alt(lesson.place(cell), output.metadata.get(kind, {}).get("alt"))
                yield from check_weight(lesson.place(cell), data)
    for cell in lesson.notebook.cells:
        if cell.cell_type == "markdown":
            yield from check_html(lesson.place(cell), cell.source)
        for attachment in cell.get("attachments", {}).values():
            for data in attachment.values():
                yield from check_weight(lesson.place(cell), data)
    for alt, target in notebooks.pictures_in_prose(lesson.notebook):
        yield from check_alt(target, alt)
        file = lesson.path.parent / target
        if file.is_file() and file.stat().st_size > LARGEST_PICTURE:
            yield f"{target} has {file.stat().st_size // 1000} KB; 150 may be"


def check_html(place, html):
    """Check the pictures inside HTML."""
    for image in re.findall(r"<img\b[^>]*>", html):
        alt = re.search(r'\balt="([^"]*)"', image)
        yield from check_alt(place, alt and alt[1])
        data = re.search(r"base64,([A-Za-z0-9+/=\s]+)", image)
        yield from check_weight(place, data[1] if data else "")


def check_alt(place, alt):
    """Check that the alt text says what there is to see."""
    if len(alt or "") < SHORTEST_ALT_TEXT:
        yield f"{place}: alt text {alt!r}; {SHORTEST_ALT_TEXT} characters or more are wanted"


def check_weight(place, data):
    """Check the size of a picture, given as base64."""
    size = len(base64.b64decode(data))
    if size > LARGEST_PICTURE:
        yield f"{place}: a picture has {size // 1000} KB; 150 may be"


def check_size(lesson):
    """Small enough for GitHub's view."""
    size = len(notebooks.text(lesson.notebook))
    if size >= LARGEST_FILE:
        yield f"the file has {size // 1000} KB; less than 1000 are wanted"


def check_privacy(lesson):
    """Outputs say nothing about the machine that made them."""
    for cell, output in lesson.outputs():
        for text in texts_of(output):
            found = private_places().search(text)
            if found:
                yield f"{lesson.place(cell)}: the output names a place on one machine: {found[0]}"


def texts_of(output):
    """Return the texts of an output; pictures are none."""
    data = output.get("data", {})
    texts = [text for kind, text in data.items() if kind.startswith("text/")]
    return [re.sub(r"base64,[\w+/=]+", "", text) for text in [*texts, output.get("text", "")]]


def private_places():
    """Return a pattern for absolute paths, and for this user and machine in particular."""
    here = [pathlib.Path.home(), pathlib.Path(tempfile.gettempdir()), notebooks.REPOSITORY.parent]
    known = [re.escape(f"{path}/") for path in here if path != path.parent]
    return re.compile(
        "|".join(
            [
                r"file://\S*",
                r"(?<![\w.])/(?:home|root|Users|tmp|var|mnt|content|private)/[\w.-]+",
                r"[A-Z]:\\Users\\\w*",
                re.escape(f"{pathlib.Path.home().name}@"),
                *known,
            ]
        )
    )


RULES = (
    check_head,
    check_measured,
    check_setup,
    check_exercises,
    check_end,
    check_links,
    check_execution,
    check_data,
    check_compared,
    check_length,
    check_pictures,
    check_size,
    check_privacy,
)


def findings(path, notebook=None, repository=None):
    """Return what is wrong with a lesson, one sentence each, the file's name before it."""
    path = pathlib.Path(path)
    lesson = Lesson(
        path, notebook or notebooks.read(path), repository or links.repository_address()
    )
    if not lesson.notebook.cells:
        return [f"{path.name}: the notebook is empty"]
    return [f"{path.name}: {finding}" for rule in RULES for finding in rule(lesson)]
