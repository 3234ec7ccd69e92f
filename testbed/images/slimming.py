"""What is left out of the layers: every file costs time when a node unpacks it, and these nothing reads."""

import shutil
from pathlib import Path

PYTHON_PACKAGES = "usr/local/lib/python3*/dist-packages"
COMPONENTS = "usr/local/share/jupyterhub/static/components"

NEEDLESS = (
    # Documentation, other languages' texts, and what only an installed system with an init has.
    "usr/share/bug", "usr/share/doc", "usr/share/doc-base", "usr/share/info", "usr/share/lintian", "usr/share/locale",
    "usr/share/man", "usr/share/menu", "usr/share/bash-completion", "usr/local/share/doc", "usr/local/share/man",
    "usr/lib/*-linux-gnu/gconv", "var/cache", "var/lib/dpkg", "usr/share/python3",
    "etc/cron*", "etc/init.d", "etc/logrotate.d", "etc/systemd", "usr/lib/systemd",
    # Debian's note that pip must not install beside apt; there is no apt in the image.
    "usr/lib/python3*/EXTERNALLY-MANAGED",
    # Tests, sources and maps of what is there compiled.
    "usr/lib/python3*/test", "usr/share/nodejs/@types", "usr/share/nodejs/*/test", "usr/share/nodejs/**/*.map",
    "usr/local/lib/node_modules/*/test", "usr/local/lib/node_modules/**/*.map", "usr/local/lib/node_modules/**/*.md",
    "usr/local/share/jupyter/**/*.map", f"{PYTHON_PACKAGES}/**/*.map",
    # Query compilation with LLVM, which is not there; PostgreSQL does without where these are missing.
    "usr/lib/postgresql/*/lib/bitcode", "usr/lib/postgresql/*/lib/llvmjit*", "usr/share/postgresql/*/man",
    # Serving repositories, and older ways of fetching from them.
    "usr/bin/scalar", "usr/share/git-core/contrib",
    *(f"usr/lib/git-core/{name}" for name in (
        "git-daemon", "git-http-backend", "git-http-fetch", "git-http-push", "git-imap-send", "git-shell", "scalar",
        "git-sh-i18n--envsubst",
    )),
    # What the hub's pages are made from; they load the finished scripts, styles and fonts beside these.
    f"{COMPONENTS}/**/*.map", f"{COMPONENTS}/bootstrap/scss", f"{COMPONENTS}/bootstrap/js",
    f"{COMPONENTS}/requirejs/bin",
    *(f"{COMPONENTS}/moment/{name}" for name in ("dist", "locale", "min", "src", "ts3.1-typings")),
    *(f"{COMPONENTS}/@fortawesome/fontawesome-free/{name}" for name in (
        "js", "less", "metadata", "otfs", "scss", "sprites", "sprites-full", "svgs", "svgs-full",
    )),
    # Completion for packages that are not installed (5,000 files), and debugging on other systems.
    f"{PYTHON_PACKAGES}/jedi/third_party/typeshed/stubs", f"{PYTHON_PACKAGES}/jedi/third_party/django-stubs",
    *(f"{PYTHON_PACKAGES}/debugpy/_vendored/pydevd/pydevd_attach_to_process/*.{kind}" for kind in (
        "dll", "dylib", "exe", "pdb",
    )),
)  # fmt: skip


def slim(tree: Path) -> None:
    """Take what is needless out of a layer's tree."""
    for pattern in NEEDLESS:
        for path in list(tree.glob(pattern)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
