"""Speed of a training step: what it costs, against what, and how far the limit is.

    python benchmarks/speed.py               all sections (about 6 minutes on two cores)
    python benchmarks/speed.py --quick       the most of it (about 2 minutes), prints only
    python benchmarks/speed.py fit memory    these sections anew

Run by `make bench`; writes benchmarks/SPEED.md. What is compared runs in turns, in one process or
in fresh ones, and is given as a ratio with its spread. Each section that is done is kept in
benchmarks/speed_runs.json, so that an interrupted benchmark goes on where it stopped; delete the
file, or name sections, to measure anew.
"""

import argparse
import datetime
import time

import store
from timing import fitting, imports, limits, measuring, memory, parts, threads, tutorial

import gan_helpers as gh

RUNS = store.Store(measuring.FOLDER / "speed_runs.json")
REPORT = measuring.FOLDER / "SPEED.md"
# Name, title, function, seconds on two idle cores in full and quick; 0: left out unless named.
SECTIONS = {
    "imports": ("Import", imports.section, (40, 0)),
    "fit": ("`GAN.fit` against a hand-written loop", fitting.section, (55, 25)),
    "tutorial": ("The architecture of TensorFlow's DCGAN tutorial", tutorial.section, (50, 25)),
    "limits": ("Share of the convolutions", limits.section, (15, 10)),
    "parts": ("Where the time of a step goes", parts.section, (45, 25)),
    "memory": ("Memory, and growth with the size", memory.section, (65, 0)),
    "threads": ("Threads and kernels", threads.section, (80, 0)),
}
ABOUT = (
    "Written by `make bench`. What is compared ran in turns. Medians, with a 95 % bootstrap "
    "interval of the median; processor time is what all threads of the process computed."
)


def measured(name, quick):
    """Measure one section, print it and return its Markdown."""
    title, section, _ = SECTIONS[name]
    start = time.monotonic()
    text = section(quick)
    print(f"\n## {title}\n\n{text}\n\n({name}: {time.monotonic() - start:.0f} s)", flush=True)
    return text


def report(found, kept):
    """Return the report as Markdown, in the order of the sections."""
    lines = [
        "# Measured speed of a step",
        ABOUT,
        f"{measuring.machine(found.precision)} Seed {found.seed}, {datetime.date.today()}.",
    ]
    for name, (title, *_) in SECTIONS.items():
        if name in kept:
            lines += [f"## {title}", kept[name]]
    return "\n\n".join(lines) + "\n"


def main(given=None):
    """Measure what is missing and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--quick", action="store_true", help="less of it; writes nothing")
    options = parser.parse_args(given)
    if unknown := set(options.sections) - set(SECTIONS):
        parser.error(f"unknown: {', '.join(unknown)}; sections are {', '.join(SECTIONS)}.")
    if options.sections and not options.quick:
        RUNS.forget(lambda name: name in options.sections)
    done = {} if options.quick else RUNS.read()
    minutes = {name: entry[2][options.quick] / 60 for name, entry in SECTIONS.items()}
    wanted = options.sections or [name for name in SECTIONS if minutes[name]]
    names = [name for name in wanted if name not in done]
    total = sum(minutes[name] for name in names)
    print(f"speed.py: about {total:.1f} minutes on two idle cores.", flush=True)
    found = gh.setup(seed=0)
    for name in names:
        text = measured(name, options.quick)
        if not options.quick:
            RUNS.put(name, text)
    if not options.quick:
        REPORT.write_text(report(found, RUNS.read()), encoding="utf-8")
        print(f"wrote {REPORT.name}")


if __name__ == "__main__":
    main()
