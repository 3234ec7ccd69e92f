"""What the clouds' own command lines (gcloud, aws, az) say of an account: the same questions of each cloud.

- `account`: the accounts that a stack's providers work in, each answering `things_of`, `cluster_is_gone` and `look_up`;
- `gcp`, `aws`, `azure`: how each is asked, and what a resource of the graph is called there;
- `asking`: running a command line, and telling "there is none" from "it could not say";
- `thing`: the answers' shapes.

The person's own login is used; nothing is stored.
"""
