"""A download is given up when the network says nothing."""

import socket

import keras
import pytest

from gan_helpers.data import fetched


@pytest.mark.parametrize("fails", [False, True])
def test_a_silent_network_is_given_up_and_others_wait_as_before(tmp_path, monkeypatch, fails):
    patience = []

    def get_file(name, address, file_hash, cache_dir):
        patience.append(socket.getdefaulttimeout())
        if fails:
            raise TimeoutError("timed out")
        return f"{cache_dir}/{name}"

    monkeypatch.setattr(keras.utils, "get_file", get_file)
    before = socket.getdefaulttimeout()
    if fails:
        with pytest.raises(OSError, match="the download of digits failed: timed out"):
            fetched.fetch("digits", "http://localhost/", "a.gz", "0", tmp_path)
    else:
        path = fetched.fetch("digits", "http://localhost/", "a.gz", "0", tmp_path)
        assert path == tmp_path / "a.gz"
    assert patience == [fetched.SECONDS_OF_SILENCE]
    assert socket.getdefaulttimeout() == before
