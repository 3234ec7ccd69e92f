"""What a person's disk bears, so that it is known whose it is, when it was used, and how full it was.

The program that lists and removes disks (ops/claims.py) finds them by these too.
"""

USERNAME = "hub.jupyter.org/username"
"""Annotation, KubeSpawner's own: the person's name as it is. As a label, the name made fit for one."""
SERVERNAME = "hub.jupyter.org/servername"
"""Annotation, KubeSpawner's own: the name of a named server; absent for the default one."""

COMPONENT = "component"
"""Label: what an object is for."""
EXTRA_CLAIM = "extra-pvc"
"""The value of `COMPONENT` on disks beside the home, which tutorials teach people to look for."""

CLAIM = "hubstack.dev/claim"
"""Label: which of the stack file's claims it is."""
LAST_USED = "hubstack.dev/last-used"
"""Annotation: when a server last started or stopped with it, by RFC 3339 in UTC."""
USED_BYTES = "hubstack.dev/used-bytes"
"""Annotation: how much of it a database filled when it last stopped."""
