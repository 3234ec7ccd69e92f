"""Programs that use the hub's API: the idle culler, and those of hub.services with the roles of hub.loadRoles."""

from typing import Any

from z2jh import get_config, get_secret_value

CULLER = "jupyterhub-idle-culler"


def configure(c: Any) -> None:
    """Register the services and roles; a later part may append to both lists."""
    services: list[dict[str, Any]] = []
    roles: list[dict[str, Any]] = []
    if get_config("cull.enabled"):
        services.append({"name": CULLER, "command": _culler_command()})
        roles.append({"name": CULLER, "scopes": _culler_scopes(), "services": [CULLER]})
    for key, service in get_config("hub.services", {}).items():
        given = {name: value for name, value in service.items() if name != "apiToken"}
        token = get_secret_value(f"hub.services.{key}.apiToken")
        services.append({"name": key, **given, "api_token": token})
    for key, role in get_config("hub.loadRoles", {}).items():
        roles.append({"name": key, **role})
    c.JupyterHub.services = services
    c.JupyterHub.load_roles = roles


def _culler_command() -> list[str]:
    cull = get_config("cull")
    base_url = (get_config("hub.baseUrl") or "/").rstrip("/")
    options = {  # what is null or 0 is left to the culler's own default
        "--timeout": cull.get("timeout"),
        "--cull-every": cull.get("every"),
        "--concurrency": cull.get("concurrency"),
        "--max-age": cull.get("maxAge"),
        "--cull-users": "true" if cull.get("users") else None,
        "--cull-admin-users": None if cull.get("adminUsers") else "false",
        "--remove-named-servers": "true" if cull.get("removeNamedServers") else None,
    }
    given = [f"{option}={value}" for option, value in options.items() if value]
    return ["python3", "-m", "jupyterhub_idle_culler", f"--url=http://localhost:8081{base_url}/hub/api", *given]


def _culler_scopes() -> list[str]:
    # The least it needs: https://github.com/jupyterhub/jupyterhub-idle-culler#permissions
    scopes = ["list:users", "read:users:activity", "read:servers", "delete:servers"]
    return [*scopes, "admin:users"] if get_config("cull.users") else scopes
