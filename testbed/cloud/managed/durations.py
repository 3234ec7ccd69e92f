"""Simulated seconds that managed clusters take for what they do by themselves.

How long a pool takes to grow stands in durations.json, from public logs; the rest are estimates of the usual case.
"""

SECONDS_TO_SCALE_UP = {"gke": 120, "eks": 100, "aks": 300}

POD_STARTS = 4
IMAGE_IS_PULLED = 10
"""Once a node and image."""
JOB_RUNS = 3
POD_ENDS = 3
"""At most: a shorter grace period ends it sooner."""
TRY_AGAIN = 5

DISK_IS_MADE = 4
DISK_IS_ATTACHED = 6
DISK_IS_DETACHED = 6
DISK_IS_DELETED = 12

SNAPSHOT_IS_TAKEN = 60

BALANCER_IS_MADE = 25
BALANCER_IS_REMOVED = 30

DATABASE_IS_READY = 60
