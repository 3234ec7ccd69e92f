"""What a hub keeps secret, made once: a change of its own would log everyone out."""

import pulumi
import pulumi_random as random

from components.hub.values import Tokens
from components.settings import Auth

_BYTES = 32


def make_tokens(hub: str, opts: pulumi.ResourceOptions) -> Tokens:
    """Make the hub's own secrets, each of 32 random bytes."""

    def token(purpose: str) -> pulumi.Output[str]:
        return random.RandomBytes(f"{hub}-{purpose}", length=_BYTES, opts=opts).hex

    return Tokens(proxy=token("proxy-token"), cookie=token("cookie-secret"), crypt=token("crypt-key"))


def dummy_password(hub: str, auth: Auth, opts: pulumi.ResourceOptions) -> pulumi.Output[str] | None:
    """Give the one password of a hub with a dummy login: the one of the settings, else a random one."""
    if auth.dummy is None:
        return None
    if auth.dummy.password is not None:
        return pulumi.Output.secret(auth.dummy.password.get_secret_value())
    # Letters and digits only: people type it.
    return random.RandomPassword(f"{hub}-password", length=20, special=False, opts=opts).result
