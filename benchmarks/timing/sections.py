"""A benchmark of named sections: what is done is kept, so that it goes on where it stopped."""

import argparse
import time

from timing import measuring


def options(given, about, names, word="section"):
    """Read `--quick` and the names of sections from a command line, sys.argv where it is None."""
    parser = argparse.ArgumentParser(description=about.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar=word, help=", ".join(names))
    parser.add_argument("--quick", action="store_true", help="less of it; writes nothing")
    found = parser.parse_args(given)
    if unknown := set(found.names) - set(names):
        parser.error(f"unknown: {', '.join(unknown)}; {word}s are {', '.join(names)}.")
    return found


def begin(options, runs, found):
    """Note this machine in the store, whose pieces of another one are set aside.

    Args:
        options, runs: as everywhere here.
        found: what `gh.setup` returned.
    """
    if not options.quick:
        runs.begin_on(measuring.machine(found.precision))


def missing(options, runs, usual):
    """Return the names still to be measured: of those named, which are forgotten, or of `usual`."""
    if options.quick:
        return options.names or list(usual)
    if options.names:
        runs.forget(lambda name: name in options.names)
    return [name for name in options.names or usual if name not in runs.read()]


def measure(name, title, section, quick, runs):
    """Measure `section(quick)`, print its Markdown and keep it, unless quick."""
    start = time.monotonic()
    text = section(quick)
    print(f"\n## {title}\n\n{text}\n\n({name}: {time.monotonic() - start:.0f} s)", flush=True)
    if not quick:
        runs.put(name, text)


def page(head, sections, kept):
    """Return the Markdown page: paragraphs of the head, then what is kept, in sections' order.

    Args:
        head: list of paragraphs.
        sections: {name: (title, ...)}.
        kept: {name: Markdown}.
    """
    parts = [f"## {entry[0]}\n\n{kept[name]}" for name, entry in sections.items() if name in kept]
    return "\n\n".join([*head, *parts]) + "\n"


def write(path, text):
    """Write a page and say so."""
    path.write_text(text, encoding="utf-8")
    print(f"wrote {path.name}")
