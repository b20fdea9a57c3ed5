"""The committed lessons keep the common form, and the rules notice where one does not."""

import base64
import re
import shutil

import nbformat.v4
import pytest

from lessonkit import anatomy, execute, handouts, links, notebooks

ADDRESS = "https://github.com/owner/name"
ALT = "Eight rows of eight handwritten digits"
PICTURE = base64.b64encode(b"not really a picture").decode()
LESSONS = notebooks.paths()


# ---- the committed lessons ---------------------------------------------------------------------


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson_has_the_common_form(path):
    assert anatomy.findings(path) == []


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_handout_holds_no_solution_and_no_output(path, tmp_path):
    handouts.write_handouts([path], tmp_path)
    handout = notebooks.read(tmp_path / path.name)
    kept = [c for c in notebooks.read(path).cells if "solution" not in notebooks.tags(c)]
    badge = handouts.BADGE.search(kept[0].source).group()
    kept[0].source = kept[0].source.replace(badge, "")
    assert [cell.source for cell in handout.cells] == [cell.source for cell in kept]
    assert not any(cell.outputs for cell in notebooks.code_cells(handout))
    for solution in notebooks.tagged(notebooks.read(path), "solution"):
        assert solution.source not in (tmp_path / path.name).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_head_shows_what_the_lesson_reached(path):
    picture = execute.result_picture(notebooks.read(path))
    assert picture == (path.parent / "images" / f"{path.name[:2]}_result.png").read_bytes()


def test_readme_lists_the_lessons_with_their_measured_times():
    table = links.table_of_lessons(LESSONS, links.repository_address())
    assert table in (notebooks.REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert table.count("](notebooks/") == len(LESSONS)


def test_sync_of_the_committed_files_changes_nothing(tmp_path):
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(notebooks.REPOSITORY / name, tmp_path)
    shutil.copytree(notebooks.FOLDER, tmp_path / "notebooks")
    before = contents(tmp_path)
    links.sync(tmp_path)
    assert contents(tmp_path) == before


def contents(folder):
    """Return the bytes of the text files below a folder."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.suffix in TEXT_FILES}


TEXT_FILES = {".toml", ".md", ".ipynb"}


# ---- a lesson made up for these tests ----------------------------------------------------------


def markdown(source, *tags):
    return nbformat.v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def code(source, *tags, outputs=(), **metadata):
    metadata["tags"] = list(tags)
    return nbformat.v4.new_code_cell(source, metadata=metadata, outputs=list(outputs))


def picture(alt=ALT, data=PICTURE):
    output = nbformat.v4.new_output("display_data", {"image/png": data, "text/plain": "<Figure>"})
    output.metadata["image/png"] = {"alt": alt}
    return output


def exercise():
    return [
        code("my_loss = None", "exercise"),
        markdown("<details><summary>A hint</summary>Read again.</details>"),
        code("gh.exercises.check_loss(my_loss)"),
        code("my_loss = gh.losses.hinge", "solution", jupyter={"source_hidden": True}),
    ]


def good_lesson(name):
    """Return a lesson without findings."""
    head = (
        f"# {name[:2]} · A title\n\n[![Open in Colab](old)](old)\n\nYou draw a digit.\n\n"
        "| Read | Run | Needs |\n|---|---|---|\n| 10 min | old | nothing |\n\n"
        f"- one\n- two\n- three\n\n![{ALT}](attachment:result.png)"
    )
    cells = [
        markdown(head, "head"),
        code("old", "install"),
        code("gh.setup(seed=7)"),
        code("gh.plots.image_grid(pictures)", outputs=[picture()]),
        *exercise(),
        *exercise(),
        markdown("## When it goes wrong\n\nNothing does."),
        markdown("## Keep\n\nAll.", "keep"),
    ]
    cells[0].attachments = {"result.png": {"image/png": PICTURE}}
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["gan_helpers"] = {"seconds": 93, "peak_mb": 1210}
    for i, cell in enumerate(notebooks.code_cells(notebook)):
        cell.execution_count = i + 1
    return notebook


@pytest.fixture(scope="module")
def synced(tmp_path_factory):
    """Make a small course with two lessons and sync it; nobody changes it."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "x"\n[project.urls]\nRepository = "{ADDRESS}"\n', encoding="utf-8"
    )
    marks = "<!-- lessons: written by tools/lessons.py sync -->\n<!-- end -->\n"
    (folder / "README.md").write_text(f"# Course\n\n{marks}", encoding="utf-8")
    (folder / "notebooks").mkdir()
    for name, neighbor in (
        ("00_start.ipynb", "01_next.ipynb"),
        ("01_next.ipynb", "00_start.ipynb"),
    ):
        lesson = good_lesson(name)
        lesson.cells[-1].source += f" [There]({neighbor})"
        notebooks.write(lesson, folder / "notebooks" / name)
    links.sync(folder)
    return folder


@pytest.fixture
def course(synced, tmp_path):
    """Return the folder of a course that the test may change."""
    return shutil.copytree(synced, tmp_path / "course")


def findings_after(course, change):
    """Change the first lesson and return what the check says."""
    path = course / "notebooks" / "00_start.ipynb"
    lesson = notebooks.read(path)
    change(lesson)
    return [finding.partition(": ")[2] for finding in anatomy.findings(path, lesson, ADDRESS)]


def test_good_lesson_has_no_findings(course):
    assert findings_after(course, lambda lesson: None) == []


def in_head(pattern, new):
    def change(lesson):
        lesson.cells[0].source, hits = re.subn(pattern, new, lesson.cells[0].source)
        assert hits, pattern

    return change


def in_code(i, **values):
    return lambda lesson: notebooks.code_cells(lesson)[i].update(values)


def without_tag(tag):
    return lambda lesson: notebooks.tagged(lesson, tag)[0].metadata.tags.remove(tag)


def without_text(text):
    def change(lesson):
        for cell in lesson.cells:
            cell.source = cell.source.replace(text, "")

    return change


def prints(text, stream="stdout"):
    return in_code(2, outputs=[nbformat.v4.new_output("stream", name=stream, text=text)])


def shows(output):
    return in_code(2, outputs=[output])


def html(text):
    return shows(nbformat.v4.new_output("display_data", {"text/html": text}))


def many_ignored(lesson):
    for cell in notebooks.code_cells(lesson)[2:5]:
        cell.metadata.tags.append("nbval-ignore-output")


BIG_PICTURE = base64.b64encode(bytes(150_001)).decode()
FAULTS = {
    "other number": (in_head("# 00", "# 01"), "does not begin with '# 00"),
    "no title": (in_head(" · A title", ""), "does not begin with '# 00"),
    "badge of another lesson": (in_head("00_start.ipynb", "01_next.ipynb"), "badge"),
    "badge of another repository": (in_head("owner/name", "other/name"), "badge"),
    "no promise": (in_head("You draw a digit.", ""), "promise"),
    "no table of times": (in_head("Needs", "Wants"), "no table"),
    "time by hand": (in_head("1 min 33 s", "1 min"), "Run says '1 min (two"),
    "two objectives": (in_head("- one\n", ""), "2 objectives"),
    "no result": (in_head(r"!\[.*result.png\)", ""), "not shown as a picture"),
    "no tag on the head": (without_tag("head"), "tag 'head'"),
    "never measured": (lambda lesson: lesson.metadata.pop("gan_helpers"), "not measured"),
    "no install cell": (without_tag("install"), "tag 'install'"),
    "own install cell": (in_code(0, source="%pip install x"), "not the common one"),
    "no set-up": (in_code(1, source="import keras"), "gh.setup"),
    "one exercise": (without_tag("exercise"), "there are 1 exercises"),
    "exercise without check": (in_code(4, source="1"), "gh.exercises.check_"),
    "exercise without solution": (without_tag("solution"), "tag 'solution'"),
    "solution not folded": (in_code(5, metadata={"tags": ["solution"]}), "not folded"),
    "answer not folded": (in_code(3, metadata={"tags": ["answer"]}), "answer is not folded"),
    "no hint": (without_text("<details>"), "fewer folded hints"),
    "no section on trouble": (without_text("## When it goes wrong"), "'## When it goes wrong'"),
    "no section to keep": (without_text("## Keep"), "'## Keep'"),
    "no tag at the end": (without_tag("keep"), "tag 'keep'"),
    "no way on": (without_text("(01_next.ipynb)"), "no link to 01_next.ipynb"),
    "dead link": (in_head("You draw", "[You](nowhere.ipynb) draw"), "nowhere.ipynb"),
    "not in order": (in_code(3, execution_count=9), "from top to bottom"),
    "not run": (in_code(3, execution_count=None), "from top to bottom"),
    "state of widgets": (lambda lesson: lesson.metadata.update(widgets={}), "metadata.widgets"),
    "error": (shows(nbformat.v4.new_output("error", ename="ValueError")), "ValueError"),
    "warning": (prints("Warning", "stderr"), "stderr"),
    "few digits": (
        prints("data: mnist, 4,000 train pictures, the few that a package ships (no network)"),
        "set GAN_HELPERS_DATA",
    ),
    "pairs that stand in": (
        prints("x\ndata: facades, 400 train pairs of 64 pixels, made from MNIST's digits\n"),
        "made from MNIST's digits",
    ),
    "a download": (prints("Downloading data from afar"), "Downloading data from afar"),
    "little compared": (many_ignored, "3 of 9 code cells"),
    "long cell": (in_code(3, source="x = 1\n" * 26), "26 lines of code"),
    "long cells": (lambda lesson: [c.update(source="x\n" * 20) for c in lesson.cells], "average"),
    "empty cell": (in_code(3, source=""), "empty"),
    "picture without alt text": (shows(picture(alt="")), "alt text ''"),
    "picture with little alt text": (shows(picture(alt="digits")), "alt text 'digits'"),
    "large picture": (shows(picture(data=BIG_PICTURE)), "150 KB"),
    "HTML picture without alt text": (html('<img src="x.png">'), "alt text None"),
    "large HTML picture": (html(f'<img alt="{ALT}" src="x;base64,{BIG_PICTURE}">'), "150 KB"),
    "prose picture without alt text": (in_head(ALT, ""), "alt text ''"),
    "SVG": (shows(nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg/>"})), "SVG"),
    "large file": (prints("x" * 1_000_000), "less than 1000"),
    "home folder": (prints("saved to /home/ada/gan.keras"), "/home/ada"),
    "Mac's home folder": (prints("saved to /Users/ada/gan.keras"), "/Users/ada"),
    "Windows' home folder": (prints(r"saved to C:\Users\ada\gan.keras"), r"C:\Users\ada"),
    "temporary folder": (prints("saved to /tmp/xyz/gan.keras"), "/tmp/xyz"),
    "file address": (html('<a href="file:///x">'), "file://"),
}


@pytest.mark.parametrize(("change", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_check_finds(course, change, expected):
    assert any(expected in finding for finding in findings_after(course, change))


def test_empty_notebook_is_a_finding_not_a_crash(course):
    empty = nbformat.v4.new_notebook()
    assert anatomy.findings(course / "00_x.ipynb", empty, ADDRESS) == [
        "00_x.ipynb: the notebook is empty"
    ]


# ---- sync --------------------------------------------------------------------------------------


def test_sync_writes_badge_time_install_cell_and_table(course):
    lesson = notebooks.read(course / "notebooks" / "00_start.ipynb")
    target = (
        "https://colab.research.google.com/github/owner/name/blob/main/notebooks/00_start.ipynb"
    )
    assert f"]({target})" in lesson.cells[0].source
    assert (
        "| 10 min | 1 min 33 s (two CPU cores, measured; longer without bfloat16) | nothing |"
        in lesson.cells[0].source
    )
    assert '--no-deps "git+https://github.com/owner/name"' in lesson.cells[1].source
    readme = (course / "README.md").read_text(encoding="utf-8")
    assert (
        "| 00 | [A title](notebooks/00_start.ipynb) | nothing | 10 min | 1 min 33 s | 1.2 GB |"
        in readme
    )
    assert readme.count("\n| 0") == 2


def test_sync_twice_changes_nothing(course):
    before = contents(course)
    links.sync(course)
    assert contents(course) == before


def test_sync_points_a_fork_at_itself(course):
    links.sync(course, "https://github.com/teacher/fork.git")
    assert links.repository_address(course) == "https://github.com/teacher/fork"
    for path in contents(course):
        text = path.read_text(encoding="utf-8")
        assert "teacher/fork" in text and "owner/name" not in text


@pytest.mark.parametrize("address", ["http://github.com/a/b", "https://example.org/a/b", "a/b", ""])
def test_address_that_colab_cannot_open_is_refused(course, address):
    before = contents(course)
    with pytest.raises(ValueError, match="OWNER/NAME"):
        links.set_repository_address(address, course)
    assert contents(course) == before


@pytest.mark.parametrize(
    ("seconds", "words"), [(5.4, "5 s"), (59.6, "1 min"), (93, "1 min 33 s"), (120, "2 min")]
)
def test_duration_in_words(seconds, words):
    lesson = good_lesson("00")
    lesson.metadata["gan_helpers"] = {"seconds": seconds}
    assert notebooks.duration(lesson) == words


# ---- handouts and names ------------------------------------------------------------------------


def test_handouts_never_overwrite_the_lessons_or_what_is_filled_in(course, tmp_path):
    paths = notebooks.paths(course / "notebooks")
    for folder in (course / "notebooks", tmp_path / "copies"):
        if folder != paths[0].parent:
            handouts.write_handouts(paths, folder)
        with pytest.raises(ValueError, match="already; name another folder"):
            handouts.write_handouts(paths, folder)


def test_handout_keeps_everything_but_solutions_and_outputs(course, tmp_path):
    path = course / "notebooks" / "00_start.ipynb"
    handouts.write_handouts([path], tmp_path / "new" / "folder")
    handout = notebooks.read(tmp_path / "new" / "folder" / path.name)
    assert len(handout.cells) == len(notebooks.read(path).cells) - 2
    assert handout.cells[0].attachments
    assert PICTURE not in str([cell.get("outputs") for cell in handout.cells])


def test_handouts_bring_the_pictures_of_the_prose(course, tmp_path):
    path = course / "notebooks" / "00_start.ipynb"
    (path.parent / "images").mkdir()
    (path.parent / "images" / "result.png").write_bytes(b"a picture")
    lesson = notebooks.read(path)
    in_head("attachment:result.png", "images/result.png")(lesson)
    notebooks.write(lesson, path)
    handouts.write_handouts([path], tmp_path / "copy")
    assert (tmp_path / "copy/images/result.png").read_bytes() == b"a picture"


def test_large_picture_file_is_found(course):
    (course / "notebooks" / "result.png").write_bytes(bytes(150_001))
    found = findings_after(course, in_head("attachment:result.png", "result.png"))
    assert found == ["result.png has 150 KB; 150 may be"]


def test_lessons_are_chosen_by_the_beginning_of_their_names(course):
    folder = course / "notebooks"
    assert [path.name for path in notebooks.paths(folder, ["01"])] == ["01_next.ipynb"]
    assert len(notebooks.paths(folder, ["notebooks/00_start.ipynb", "01"])) == 2
    with pytest.raises(ValueError, match=r"no lesson begins with '07'.*00_start"):
        notebooks.paths(folder, ["07"])
