"""Finished pieces of a benchmark in one JSON file, which several processes may write."""

import contextlib
import json
import os
import pathlib


class Store:
    """A dict on disk: {key: piece}. A piece is written whole or not at all.

    Args:
        path: the JSON file; it need not exist.
    """

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def read(self):
        """Return all pieces."""
        return json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}

    def put(self, key, piece):
        """Add a piece, or replace it."""
        self._change(lambda pieces: pieces | {key: piece})

    def forget(self, wanted):
        """Remove the pieces whose key `wanted(key)` is true; return how many."""
        before = len(self.read())
        self._change(lambda pieces: {k: v for k, v in pieces.items() if not wanted(k)})
        return before - len(self.read())

    def begin_on(self, machine):
        """Set pieces of another machine aside, into NAME.other.json, and note this one.

        Args:
            machine: a line that begins with processor and cores, up to a semicolon; what comes
                after it, such as versions, may change.
        """
        there = self.read().get("machine", machine)
        if there.partition(";")[0] != machine.partition(";")[0]:
            aside = self.path.with_suffix(".other.json")
            os.replace(self.path, aside)
            print(f"{self.path.name} was measured elsewhere ({there}); it is now {aside.name}.")
            there = machine
        self.put("machine", there)

    def _change(self, change):
        with _locked(self.path.parent):
            text = json.dumps(change(self.read()), indent=1, sort_keys=True) + "\n"
            partial = self.path.with_suffix(".partial")
            partial.write_text(text, encoding="utf-8")
            os.replace(partial, self.path)


@contextlib.contextmanager
def _locked(folder):
    """Keep other processes out, where the system can (not on Windows); leaves no file behind."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
