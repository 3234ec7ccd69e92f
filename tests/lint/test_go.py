"""What `make lint` checks of the testbed's own Go, as a test."""

from testbed import tools
from testbed.local import checks
from tests.layers import leave_out


def test_the_go():
    if tools.lacks_go():
        leave_out("Go is not installed")
    checks.check_go()
