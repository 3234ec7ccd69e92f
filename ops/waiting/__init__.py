"""What the pods of a stack wait for, where Helm only says that its time is over.

- `reasons`: what a namespace's pods, claims and events come to, as sentences; pure;
- `look`: the stack's namespaces and what is in them, asked of the cluster.
"""
