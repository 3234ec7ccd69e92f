"""How people log in to a hub, and who may come in."""

from typing import Annotated

from pydantic import Field, SecretStr

from components.settings.names import Domain, Text, Url, UserName
from components.settings.section import ChosenIfThere, Section, YesOrNo

_CALLBACK = (
    "Address the login sends people back to, as registered with it. Default: https://<domain>/hub/oauth_callback; "
    "needed where the hub has no domain."
)
_CLIENT_ID = "Public id of the application registered for this hub; there is no default, as each hub has its own."
_CREDENTIAL = (
    "Secret of that application; set it with `pulumi config set --path --secret`, never as plain text. There is "
    "no default."
)


class Dummy(Section):
    """One password for everyone and no check of names: for trying things out on one's own machine."""

    password: SecretStr | None = Field(
        default=None,
        description=(
            "The password everyone logs in with. Default: a random one, made once and shown by `pulumi stack output`."
        ),
    )


class GitHub(Section):
    """Log in with a GitHub account."""

    client_id: Text = Field(description=_CLIENT_ID, examples=["Iv1.8a61f9b3a7aba766"])
    client_secret: SecretStr = Field(description=_CREDENTIAL, min_length=1)
    organizations: tuple[Text, ...] = Field(
        default=(),
        description=(
            "Organisations (`org`) or teams (`org:team`) whose members may come in. Default: none; whoever else may "
            "come in is named in allowed_users."
        ),
        examples=[["data-8", "data-8:staff"]],
    )
    callback: Url | None = Field(
        default=None, description=_CALLBACK, examples=["https://data8.example.edu/hub/oauth_callback"]
    )


class Google(Section):
    """Log in with a Google account."""

    client_id: Text = Field(description=_CLIENT_ID, examples=["123-abc.apps.googleusercontent.com"])
    client_secret: SecretStr = Field(description=_CREDENTIAL, min_length=1)
    hosted_domain: tuple[Domain, ...] = Field(
        default=(),
        description=(
            "Google Workspace domains that accounts must belong to; this only restricts, an allow rule is still "
            "needed. With one domain, names lose their @domain. Default: no restriction."
        ),
        examples=[["example.edu"]],
    )
    callback: Url | None = Field(
        default=None, description=_CALLBACK, examples=["https://data8.example.edu/hub/oauth_callback"]
    )


class GenericOAuth(Section):
    """Log in with any OpenID Connect or OAuth 2 service, such as Keycloak or Dex."""

    client_id: Text = Field(description=_CLIENT_ID, examples=["hubstack"])
    client_secret: SecretStr = Field(description=_CREDENTIAL, min_length=1)
    authorize_url: Url = Field(
        description="Address that people are sent to for the login; no default.",
        examples=["https://login.example.edu/authorize"],
    )
    token_url: Url = Field(
        description="Address at which the hub gets its token; no default.", examples=["https://login.example.edu/token"]
    )
    userdata_url: Url = Field(
        description="Address that says who logged in; no default.", examples=["https://login.example.edu/userinfo"]
    )
    username_claim: Text = Field(
        default="preferred_username",
        description=(
            "Which of the login's fields becomes the person's name; the default is OpenID Connect's own field for it."
        ),
        examples=["preferred_username", "email"],
    )
    scope: tuple[Text, ...] = Field(
        default=("openid", "profile", "email"),
        description="What the hub asks the login for; the default is what OpenID Connect needs to name a person.",
        examples=[["openid", "profile", "email"]],
    )
    login_service: Text = Field(
        default="single sign-on",
        description="Words on the login button, behind «Sign in with».",
        examples=["Example University"],
    )
    callback: Url | None = Field(
        default=None, description=_CALLBACK, examples=["https://data8.example.edu/hub/oauth_callback"]
    )


class Auth(Section):
    """One way to log in, and who may come in. An empty rule lets nobody in; JupyterHub 5 has no other default."""

    dummy: Annotated[Dummy | None, ChosenIfThere] = Field(
        default=None, description="Log in with any name and one password; refused on a hub that has a domain."
    )
    github: Annotated[GitHub | None, ChosenIfThere] = Field(default=None, description="Log in with a GitHub account.")
    google: Annotated[Google | None, ChosenIfThere] = Field(default=None, description="Log in with a Google account.")
    generic_oauth: Annotated[GenericOAuth | None, ChosenIfThere] = Field(
        default=None, description="Log in with any OpenID Connect or OAuth 2 service."
    )
    admins: tuple[UserName, ...] = Field(
        default=(),
        description="People who may see and stop everyone's servers and come in themselves; default: nobody.",
        examples=[["ada"]],
    )
    allowed_users: tuple[UserName, ...] = Field(
        default=(),
        description="People who may come in, whatever else the login says of them; default: nobody by name.",
        examples=[["ada", "grace"]],
    )
    allow_all: YesOrNo | None = Field(
        default=None,
        description=(
            "Whether everyone whom the login knows may come in. Default: true for dummy, where names are not "
            "checked anyway; false for every other login, as a public one knows the whole world."
        ),
        examples=[False],
    )

    @property
    def everyone(self) -> bool:
        """Whether everyone whom the login knows may come in."""
        return self.dummy is not None if self.allow_all is None else self.allow_all

    @property
    def method(self) -> Dummy | GitHub | Google | GenericOAuth:
        """The one way to log in."""
        chosen = self.dummy or self.github or self.google or self.generic_oauth
        if chosen is None:
            raise ValueError("settings.load lets no hub without a login pass")
        return chosen


METHODS = ("dummy", "github", "google", "generic_oauth")
"""The keys of `Auth` that are ways to log in; exactly one is given."""
