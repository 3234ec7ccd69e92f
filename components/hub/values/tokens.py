"""Keys that the hub's parts know each other by; made once, so that nobody is logged out by an upgrade.

The chart would make its own, but finds them again only through the live cluster; a render elsewhere changes them.
"""

from dataclasses import dataclass

import pulumi

from components.hub.values.tree import Values


@dataclass(frozen=True)
class Tokens:
    """A hub's own secrets, each 32 random bytes in hex."""

    proxy: pulumi.Input[str]
    """Shared by hub and proxy."""

    cookie: pulumi.Input[str]
    """Signs the cookie of everyone who is logged in."""

    crypt: pulumi.Input[str]
    """Encrypts what a login leaves in the hub's database."""


def values(tokens: Tokens) -> Values:
    """Hand the tokens over as secrets."""
    return {
        "hub": {
            "config": {
                "ConfigurableHTTPProxy": {"auth_token": tokens.proxy},
                "JupyterHub": {"cookie_secret": tokens.cookie},
                "CryptKeeper": {"keys": [tokens.crypt]},
            }
        }
    }
