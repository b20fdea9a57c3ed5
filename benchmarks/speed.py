"""Speed of a training step: what it costs, against what, and how far the limit is.

    python benchmarks/speed.py               all sections (about 6 minutes on two cores)
    python benchmarks/speed.py --quick       the most of it (about 2 minutes), prints only
    python benchmarks/speed.py fit memory    these sections anew

Run by `make bench`; writes benchmarks/SPEED.md. What is compared runs in turns, in one process or
in fresh ones, and is given as a ratio with its spread. Each section that is done is kept in
benchmarks/speed_runs.json, so that an interrupted benchmark goes on where it stopped; delete the
file, or name sections, to measure anew.
"""

import datetime

import store
from timing import fitting, imports, limits, measuring, memory, parts, sections, threads, tutorial

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


def report(found, kept):
    """Return the report as Markdown, in the order of the sections."""
    head = [
        "# Measured speed of a step",
        ABOUT,
        f"{kept['machine']} Seed {found.seed}, {datetime.date.today()}.",
    ]
    return sections.page(head, SECTIONS, kept)


def main(given=None):
    """Measure what is missing and write the report."""
    options = sections.options(given, __doc__, SECTIONS)
    minutes = {name: entry[2][options.quick] / 60 for name, entry in SECTIONS.items()}
    found = gh.setup(seed=0)
    sections.begin(options, RUNS, found)
    names = sections.missing(options, RUNS, [name for name in SECTIONS if minutes[name]])
    total = sum(minutes[name] for name in names)
    print(f"speed.py: about {total:.1f} minutes on two idle cores.", flush=True)
    for name in names:
        title, section, _ = SECTIONS[name]
        sections.measure(name, title, section, options.quick, RUNS)
    if not options.quick:
        sections.write(REPORT, report(found, RUNS.read()))


if __name__ == "__main__":
    main()
