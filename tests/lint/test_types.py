"""What `make lint` checks of the Python's types, as a test: so it takes its turn beside what waits for others."""

import pytest

from testbed.local import checks

HALF_AN_HOUR = 1800
"""Alone it takes one to two minutes of a processor, which three other processes of the tests leave a share of."""


@pytest.mark.timeout(HALF_AN_HOUR)
def test_the_types_of_the_python():
    checks.check_types()
