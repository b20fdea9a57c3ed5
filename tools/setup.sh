#!/bin/sh
# Makes .venv in the repository and installs the course into it. A second run changes nothing and
# needs no network.
#   PYTHON=/path/to/python   chooses the interpreter
#   EXTRAS=lessons,test,gpu  chooses the groups of dependencies in pyproject.toml
set -eu
cd "$(dirname "$0")/.."
EXTRAS=${EXTRAS:-lessons,test}
STAMP=.venv/installed.txt

say() { echo "setup: $*"; }
stop() {
    say "$*" >&2
    exit 1
}

is_supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null
}

can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# Prints the interpreter to use: first one that can make environments, else one that lacks only that.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_supported "$PYTHON" || stop "PYTHON=$PYTHON does not run or is not Python 3.11, 3.12 or" \
            "3.13 ($("$PYTHON" --version 2>&1 | tail -n 1)). Give one that is."
        echo "$PYTHON"
        return
    fi
    for test in can_make_venv true; do
        for python in python3.13 python3.12 python3.11 python3 python; do
            if is_supported "$python" && $test "$python"; then
                echo "$python"
                return
            fi
        done
    done
    stop "no Python 3.11, 3.12 or 3.13 found (python3 here: $(python3 --version 2>&1 | tail -n 1))." \
        "Install one, for example: sudo apt-get install python3 python3-venv;" \
        "or name one: PYTHON=/path/to/python3.12 make lab"
}

# Debian and Ubuntu keep ensurepip, which venv needs, in a package of its own.
install_venv_module() {
    package="python$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    command="apt-get update && apt-get install -y $package"
    if ! command -v apt-get >/dev/null; then
        stop "$1 cannot make environments: its module ensurepip is missing. Install it, or name" \
            "another Python: PYTHON=/path/to/python3.12 make lab"
    elif [ "$(id -u)" = 0 ]; then
        say "$1 cannot make environments yet; installing $package by apt-get."
        sh -c "$command" >/dev/null || stop "that failed; the lines above say why."
    elif sudo -n true 2>/dev/null; then
        say "$1 cannot make environments yet; installing $package by sudo apt-get."
        sudo -n sh -c "$command" >/dev/null || stop "that failed; the lines above say why."
    else
        stop "$1 cannot make environments yet. Type this, then try again:" \
            "sudo apt-get update && sudo apt-get install -y $package"
    fi
}

# What the environment must hold: the place, the groups and the list of dependencies, which ends
# where the public address begins.
wanted() {
    pwd
    echo "$EXTRAS"
    sed -n '/^\[project]/,/^\[project.urls]/p' pyproject.toml
}

is_up_to_date() { [ -f "$STAMP" ] && wanted | cmp -s - "$STAMP"; }

has_wanted_python() {
    is_supported .venv/bin/python &&
        { [ -z "${PYTHON:-}" ] || [ "$("$PYTHON" -V)" = "$(.venv/bin/python -V)" ]; }
}

is_in_its_place() { [ ! -f "$STAMP" ] || [ "$(head -n 1 "$STAMP")" = "$(pwd)" ]; }

# An environment that was interrupted, moved, or made by another Python is not worth mending.
is_usable() {
    has_wanted_python && is_in_its_place && .venv/bin/python -m pip --version >/dev/null 2>&1
}

make_venv() {
    python=$(find_python)
    can_make_venv "$python" || install_venv_module "$python"
    say "making .venv with $("$python" --version) ($(command -v "$python"))."
    "$python" -m venv .venv || stop "$python could not make .venv; the lines above say why."
}

install() {
    say "installing the packages of pyproject.toml [$EXTRAS]; the first time takes some minutes."
    rm -f "$STAMP"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-compile \
        --editable ".[$EXTRAS]" ||
        stop "pip could not install the packages; the lines above say why." \
            "'No matching distribution' often means: no network. It is needed only this once."
    # All cores at once, and not the packages' own tests: pip would compile one file after the other.
    # Some files are for other Pythons and fail.
    .venv/bin/python -m compileall -qq -j 0 -x 'site-packages/.*/tests?/' .venv/lib || true
    wanted >"$STAMP"
}

if is_up_to_date && is_usable; then
    exit 0
fi
if [ -e .venv ] && ! is_usable; then
    say ".venv is incomplete, was moved or holds another Python; making it again."
    rm -rf .venv
fi
[ -e .venv ] || make_venv
install
say "ready: .venv holds $(.venv/bin/python --version) and the course."
