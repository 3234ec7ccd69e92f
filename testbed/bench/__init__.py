"""`make bench`: how long the platform takes to come up and to go, and what each hub costs.

- `bounds`: the longest chain of things that truly need each other, per cloud;
- `clouds`: an `up` and a `destroy` on a simulated cloud, in simulated time;
- `staged`: the same resources in the order of a deployment in stages;
- `hubs`: previews and `up`s of many hubs, in real time;
- `cold`: a preview with nothing warm, and what of it is the stand-ins';
- `figures`: all of it as a table, and as build/bench.json.
"""
