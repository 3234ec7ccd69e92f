"""What `make lint` checks of the Python's types, as a test: so it takes its turn beside what waits for others."""

from testbed.local import checks


def test_the_types_of_the_python():
    checks.check_types()
