"""What a stack leaves behind in its account: what was kept on purpose, and what should not be there.

- `memory`: the platform's id, its accounts and what was kept, from the last state that knew them;
- `judging`: which of the things that an account has are of which sort;
- `prices`: about how much a thing costs a month.

`judging` and `prices` are pure.
"""
