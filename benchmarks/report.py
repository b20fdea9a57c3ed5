"""All that was measured in one page: benchmarks/RESULTS.md, from the pieces beside it.

Run last by `make bench`. Each benchmark writes a piece of its own, with machine, versions and
seeds; this puts them together and measures nothing.
"""

import datetime
import pathlib
import re

FOLDER = pathlib.Path(__file__).parent
REPORT = FOLDER / "RESULTS.md"
# File of each piece, and what makes it.
PIECES = {
    "QUALITY.md": "quality.py",
    "FEW_IMAGES.md": "few_images.py",
    "STACKED.md": "stacked.py",
    "PLANE.md": "plane.py",
    "SPEED.md": "speed.py",
    "TRANSLATION.md": "translation.py",
    "AUGMENTATION.md": "augmentation.py",
}


def demoted(text):
    """Return Markdown with each heading one level lower; code blocks stay as they are."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    parts[::2] = [re.sub(r"^(#{1,5}) ", r"#\1 ", part, flags=re.MULTILINE) for part in parts[::2]]
    return "".join(parts).strip()


def title_of(text, name):
    """Return the first heading of a piece, or its file's name where it has none."""
    found = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
    return found.group(1).strip() if found else name


def assembled(folder, date):
    """Return the page made of the pieces in a folder."""
    contents, bodies = [], []
    for name, script in PIECES.items():
        path = folder / name
        if not path.exists():
            contents.append(f"- `{script}`: not measured yet")
            continue
        text = path.read_text(encoding="utf-8")
        contents.append(f"- [{title_of(text, name)}]({name}), by `{script}`")
        bodies.append(demoted(text))
    head = (
        f"# Results\n\nPut together by `make bench` on {date}. Each part names its machine, "
        "versions and seeds; times compare only within a part. GPU: not measured."
    )
    return "\n\n".join([head, "\n".join(contents), *bodies]) + "\n"


def main():
    """Write the page."""
    REPORT.write_text(assembled(FOLDER, datetime.date.today()), encoding="utf-8")
    print(f"wrote {REPORT.name}")


if __name__ == "__main__":
    main()
