"""What a pull request would change, said in one comment: `python -m ops.preview FILE …`.

- `reading`: what `pulumi preview --json` wrote, into changes, errors and findings; `differences` of a resource;
- `veil`: what hides secrets, before anything else looks at what was read;
- `kinds`, `people`: which kinds hold data, and who feels a change of which;
- `judging`: how bad each change is, what the stack file accepts, and the verdict over all;
- `markdown`, `rendering`, `fitting`: the comment, which nothing in it can break and which is never too long;
- `remark`, `github`: the one comment of a pull request, and its old verdicts.

All but `github` and the command are pure: they read no clock, network or process.
"""
