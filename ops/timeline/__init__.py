"""Who waited for whom in an `up` or a `destroy`, from the engine's event log: `python -m ops.timeline LOG`.

- `log`: the engine's events, read into what was done to each resource and when;
- `graph`: what needs what, from a state, and the layers in which the engine deletes;
- `waits`: what each resource waited for last, and the chain that took the longest;
- `states`: the state that belongs to a log, found in the stack's backend;
- `table`, `drawing`: the same for a terminal and as an SVG.

`log`, `graph`, `waits` and `drawing` are pure: they read no clock, process or backend.
"""
