"""Waiting for what a process of the cluster says, or for its end."""

import fcntl
import os
from contextlib import closing

from testbed.cluster.processes import readable


def test_a_descriptor_beyond_what_select_takes_is_waited_for():
    reading, writing = (os.fdopen(each, mode) for each, mode in zip(os.pipe(), ("rb", "wb"), strict=True))
    with reading, writing, closing(os.fdopen(fcntl.fcntl(reading, fcntl.F_DUPFD, 1024), "rb")) as far:
        assert not readable(far.fileno(), 0.01)
        writing.write(b"well")
        writing.flush()
        assert readable(far.fileno(), 10)


def test_the_end_of_a_pipe_is_heard():
    reading, writing = os.pipe()
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        assert readable(told.fileno(), 10)
