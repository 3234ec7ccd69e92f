"""What `make up`, `make down`, `make doctor` and `make test` do on one machine: `python -m testbed.local up`.

Every part that the platform needs (the engine, plugins, a cluster, the chart) can be had in several ways, which are
tried in order; the last is the testbed's own stand-in. Which way a part takes is chosen before anything is started.
"""
