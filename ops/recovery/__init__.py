"""Bring a stack whose engine was killed back to where the next `pulumi up` or `pulumi destroy` continues.

A killed engine leaves three things half-made: the backend's lock, operations that the state knows only as pending, and
Helm releases "in progress" (pulumi/pulumi-kubernetes#2054). The modules, in the order in which they are used:

- `processes`: whether who holds the lock still lives, and which plugins outlived their engine;
- `backend`: a state backend that is a folder: its locks, and files that were half-written;
- `engine`: the calls of the Pulumi CLI;
- `state`: an exported deployment, read;
- `api`, `cluster`, `clusters`: a Kubernetes API, found through the state's own provider, and what is done in it;
- `releases`: Helm's own records of a release, and what has to become of one;
- `clouds`: what the clouds say of their own pending creates, and what has to become of those;
- `gone`: what a cluster takes along that was deleted behind Pulumi's back;
- `stuck`: why a namespace does not go;
- `settlement`, `plan`: what has to become of each pending operation;
- `edit`: the deployment, written with the plan's outcome.

`state`, `releases`, `gone`, `stuck`, `plan` and `edit` are pure: they read no clock, process, file or cluster.
"""
