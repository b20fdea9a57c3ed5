"""One file from the network, with a checksum, into a folder."""

import contextlib
import pathlib
import socket
import sys

import keras

SECONDS_OF_SILENCE = 10  # a network that says nothing for so long is none


def fetch(what, address, name, checksum, folder):
    """Download a file of a data set with Keras; return its path below the folder.

    Raises:
        OSError: where it cannot be had within reason, or has another checksum (SHA-256).
    """
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS_OF_SILENCE)  # urllib, which Keras calls, waits forever
    try:
        # The progress bar goes to stderr: a notebook's output shall not depend on it.
        with contextlib.redirect_stdout(sys.stderr):
            return pathlib.Path(
                keras.utils.get_file(name, address + name, file_hash=checksum, cache_dir=folder)
            )
    except Exception as error:  # urllib's, socket's, and Keras' own for a wrong checksum
        raise OSError(f"the download of {what} failed: {error}") from error
    finally:
        socket.setdefaulttimeout(patience)
