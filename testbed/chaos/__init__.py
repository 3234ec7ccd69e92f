"""`make chaos`: the engine is killed at random moments, on each simulated cloud, and recovered each time.

- `points`: the moments, drawn from a seed;
- `strike`: one engine, killed at one of them, and what it had under way;
- `truth`: whether ledger, cluster and state say the same;
- `run`: one cloud, up and down again, with every kill and recovery in between;
- `figures`: all of it as a table, and as build/chaos.json.
"""
