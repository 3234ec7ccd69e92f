"""How people log in, in words."""

from components.settings import Auth, Dummy, GenericOAuth, GitHub, Google


def how_to_log_in(auth: Auth) -> str:
    """Say in a sentence what a person needs to come in."""
    return f"{_way(auth)}; {_who(auth)}"


def _way(auth: Auth) -> str:
    match auth.method:
        case Dummy(password=None):
            return "any name, with the password that `pulumi stack output passwords --show-secrets` shows"
        case Dummy():
            return "any name, with the password of the stack file"
        case GitHub():
            return "a GitHub account"
        case Google():
            return "a Google account"
        case GenericOAuth(login_service=service):
            return f"an account of {service}"


def _who(auth: Auth) -> str:
    if auth.everyone:
        return "everyone may come in"
    named = len({*auth.allowed_users, *auth.admins})
    people = [f"{named} people by name"] if named else []
    organizations = list(auth.github.organizations) if auth.github else []
    return f"who may come in: {', '.join([*people, *organizations]) or 'nobody yet'}"
