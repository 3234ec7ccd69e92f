"""How people log in, and who may come in."""

from collections.abc import Mapping

import pulumi

from components.hub.values.tree import Values
from components.settings import Auth, Dummy, GenericOAuth, GitHub, Google


def values(auth: Auth, domain: str | None, dummy_password: pulumi.Input[str] | None) -> Values:
    """Give the hub its authenticator.

    `dummy_password` is used where the login is dummy; secrets of the settings become secret Outputs here.
    """
    authenticator_class, name, traits = _authenticator(auth.method, domain, dummy_password)
    return {
        "hub": {
            "config": {
                "JupyterHub": {"authenticator_class": authenticator_class},
                "Authenticator": _who_may_come_in(auth),
                name: traits,
            }
        }
    }


def _who_may_come_in(auth: Auth) -> Values:
    # JupyterHub 5 lets nobody in by an empty rule; before it, an empty list of users meant everyone.
    return {
        "admin_users": list(auth.admins),
        "allowed_users": list(auth.allowed_users),
        "allow_all": auth.everyone,
    }


def _authenticator(
    method: Dummy | GitHub | Google | GenericOAuth, domain: str | None, dummy_password: pulumi.Input[str] | None
) -> tuple[str, str, Values]:
    match method:
        case Dummy():
            return "dummy", "DummyAuthenticator", {"password": dummy_password}
        case GitHub():
            return "github", "GitHubOAuthenticator", {**_client(method, domain), **_github(method)}
        case Google():
            hosted = {"hosted_domain": list(method.hosted_domain)} if method.hosted_domain else {}
            return "google", "GoogleOAuthenticator", {**_client(method, domain), **hosted}
        case GenericOAuth():
            return "generic-oauth", "GenericOAuthenticator", {**_client(method, domain), **_generic(method)}


def _client(method: GitHub | Google | GenericOAuth, domain: str | None) -> Values:
    return {
        "client_id": method.client_id,
        "client_secret": pulumi.Output.secret(method.client_secret.get_secret_value()),
        "oauth_callback_url": method.callback or f"https://{domain}/hub/oauth_callback",
    }


def _github(method: GitHub) -> Mapping[str, object]:
    if not method.organizations:
        return {}
    # GitHub tells who is in an organisation only to applications that ask for read:org.
    return {"allowed_organizations": list(method.organizations), "scope": ["read:org"]}


def _generic(method: GenericOAuth) -> Mapping[str, object]:
    return {
        "authorize_url": method.authorize_url,
        "token_url": method.token_url,
        "userdata_url": method.userdata_url,
        "username_claim": method.username_claim,
        "scope": list(method.scope),
        "login_service": method.login_service,
    }
