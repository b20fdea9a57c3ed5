"""The files around the package agree with each other."""

import pathlib
import re
import shutil
import subprocess
import tomllib

import pytest
from packaging.requirements import Requirement

import gan_helpers

ROOT = pathlib.Path(__file__).resolve().parents[1]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# What Google Colab preloads (googlecolab/backend-info, August 2026).
COLAB = {
    "tensorflow": "2.20.0",
    "keras": "3.13.2",
    "numpy": "2.1.3",
    "matplotlib": "3.10.0",
    "ipywidgets": "7.7.1",
    "pillow": "11.3.0",
}


def requirements(*groups):
    """Return the requirements of the package and of some of its extras."""
    extras = PROJECT["optional-dependencies"]
    lines = PROJECT["dependencies"] + [line for group in groups for line in extras[group]]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize(("name", "version"), COLAB.items())
def test_floor_is_what_colab_has(name, version):
    (found,) = [requirement for requirement in requirements() if requirement.name == name]
    assert str(found.specifier) == f">={version}"


def test_every_dependency_has_a_floor_and_a_reason():
    groups = PROJECT["optional-dependencies"]
    for requirement in requirements(*groups):
        assert requirement.specifier, requirement
    listed = re.findall(r'^    "[a-z].*$', PYPROJECT.partition("[tool.")[0], re.MULTILINE)
    assert len(listed) == len(requirements(*groups))
    lines = PYPROJECT.splitlines()
    for line in listed:
        above = lines[lines.index(line) - 1]
        assert re.search(r"# \w{3,}", line) or above.startswith("    # "), line


def test_conda_adds_nothing_but_python():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    dependencies = text.partition("dependencies:\n")[2]
    assert re.findall(r"^ *- (.*)$", dependencies, re.MULTILINE) == [
        f"python{PROJECT['requires-python']}",
        "pip",
        "pip:",
        '-e ".[lessons,test]"',
    ]


def test_version_is_the_same_everywhere():
    assert gan_helpers.__version__ == PROJECT["version"]


def test_make_targets_in_the_readme_exist():
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"lab", "test", "lessons", "lint", "bench", "clean", "help"} <= set(targets)
    named = re.findall(r"^make ([a-z]+)|`(?:[A-Z_]+=\S+ )?make ([a-z]+)`", README, re.MULTILINE)
    named = {first or second for first, second in named}
    assert {"lab", "test"} <= named <= set(targets)


def test_make_help_lists_every_target():
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"^  make (\w+) +\S", said.stdout, re.MULTILINE) == targets


def test_files_that_the_readme_names_exist():
    named = re.findall(r"\]\(([\w./-]+)\)", README) + re.findall(r"^\| `([\w./]+)`", README, re.M)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


# ---- what must not be in a public repository ---------------------------------------------------

HOST_OF_A_REGISTRY = re.compile(
    r"//[\w.-]*(?:pypi|hosted|registry|mirror|artifactory|nexus|debian)[\w-]*\.[\w.-]+"
    r"|--(?:extra-)?index-url|--find-links",
    re.IGNORECASE,
)
PLACES_ON_ONE_MACHINE = re.compile(
    "|".join(
        rf"(?<![\w.]){re.escape(str(place))}\b"
        for place in (pathlib.Path.home(), ROOT, ROOT.parent / "shared")
        if place != place.parent
    )
)


def text_files():
    """Return the text files that git knows or would add; none where there is no git."""
    if not shutil.which("git"):
        return []
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    binary = {".png", ".gif", ".npz", ".keras"}
    paths = [ROOT / name for name in names if name]
    return [path for path in paths if path.suffix not in binary and path.is_file()]


def without_pictures(text):
    """Remove base64, in which anything can stand by chance."""
    return re.sub(r"[A-Za-z0-9+/=]{200,}", "", text)


@pytest.mark.parametrize("pattern", [HOST_OF_A_REGISTRY, PLACES_ON_ONE_MACHINE])
def test_no_file_names_a_registry_or_a_place_on_one_machine(pattern):
    paths = [path for path in text_files() if path != pathlib.Path(__file__)]
    if not paths:
        pytest.skip("not a git checkout")
    found = {
        str(path.relative_to(ROOT)): match[0]
        for path in paths
        if (match := pattern.search(without_pictures(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (HOST_OF_A_REGISTRY, "https://registry.example.org/simple"),
        (HOST_OF_A_REGISTRY, "pip install --index-url x"),
        (PLACES_ON_ONE_MACHINE, f"{pathlib.Path.home()}/data"),
    ],
)
def test_patterns_bite(pattern, text):
    assert pattern.search(text)


# ---- the set-up script, as far as it goes without installing -----------------------------------


def run_setup(folder, **environment):
    """Run a copy of the set-up script in `folder` with a PATH that holds only basic tools."""
    (folder / "tools").mkdir()
    (folder / "tools/setup.sh").write_text((ROOT / "tools/setup.sh").read_text())
    (folder / "pyproject.toml").write_text(PYPROJECT)
    tools = folder / "bin"
    tools.mkdir()
    for tool in ("dirname", "tail", "head", "sed", "cmp", "rm", "id"):
        found = subprocess.run(["sh", "-c", f"command -v {tool}"], capture_output=True, text=True)
        (tools / tool).symlink_to(found.stdout.strip())
    for name in environment.pop("pythons", ()):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    return subprocess.run(
        ["/bin/sh", "tools/setup.sh"],
        cwd=folder,
        env={"PATH": str(tools), **environment},
        capture_output=True,
        text=True,
    )


def test_setup_without_a_supported_python_says_what_to_do(tmp_path):
    done = run_setup(tmp_path, pythons=["python3", "python3.13"])
    assert done.returncode == 1
    assert "no Python 3.11, 3.12 or 3.13 found" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_setup_with_an_unusable_python_says_so(tmp_path):
    done = run_setup(tmp_path, PYTHON="/no/such/python")
    assert done.returncode == 1
    assert "PYTHON=/no/such/python does not run" in done.stderr
