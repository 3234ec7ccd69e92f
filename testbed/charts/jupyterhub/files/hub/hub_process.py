"""The hub itself: where it listens, how it finds the proxy, its database, its secrets, and any other trait."""

import os
import sys
from typing import Any

from z2jh import get_config, get_name, get_name_env, get_secret_value, set_config_if_not_none

PORT = 8081

# Traits of JupyterHub and the values under `hub` that set them.
TRAITS = {
    "active_server_limit": "activeServerLimit",
    "allow_named_servers": "allowNamedServers",
    "authenticate_prometheus": "authenticatePrometheus",
    "base_url": "baseUrl",
    "concurrent_spawn_limit": "concurrentSpawnLimit",
    "named_server_limit_per_user": "namedServerLimitPerUser",
    "redirect_to_server": "redirectToServer",
    "shutdown_on_logout": "shutdownOnLogout",
    "template_paths": "templatePaths",
    "template_vars": "templateVars",
}

# Traits that configure() or hub_services set from where the value is a secret or a map, and pass_through() leaves.
SET_ELSEWHERE = {
    "JupyterHub": {"cookie_secret", "proxy_auth_token", "services"},
    "ConfigurableHTTPProxy": {"auth_token"},
    "CryptKeeper": {"keys"},
}


def configure(c: Any) -> None:
    """Set up the hub as one of the chart's pods, beside the proxy's."""
    for trait, key in TRAITS.items():
        set_config_if_not_none(c.JupyterHub, trait, f"hub.{key}")
    c.JupyterHub.hub_bind_url = f"http://:{PORT}"
    c.JupyterHub.hub_connect_url = _service_url("hub")
    c.JupyterHub.cleanup_servers = False  # people's servers outlive a restart of the hub
    c.JupyterHub.last_activity_interval = 60  # seconds
    c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}  # show the progress page at once
    c.ConfigurableHTTPProxy.should_start = False  # it has a pod of its own; its token comes by CONFIGPROXY_AUTH_TOKEN
    c.ConfigurableHTTPProxy.api_url = _service_url("proxy-api")
    c.JupyterHub.cookie_secret = get_secret_value("hub.config.JupyterHub.cookie_secret")
    c.CryptKeeper.keys = get_secret_value("hub.config.CryptKeeper.keys").split(";")
    set_config_if_not_none(c.Spawner, "consecutive_failure_limit", "hub.consecutiveFailureLimit")
    if get_config("debug.enabled"):
        c.JupyterHub.log_level = "DEBUG"
        c.Spawner.debug = True
    _configure_database(c)


def pass_through(c: Any) -> None:
    """Set every trait given in hub.config, which is named by class and trait."""
    for section, traits in get_config("hub.config", {}).items():
        if not section[:1].isupper():
            sys.exit(f"hub.config.{section}: its keys have to be names of classes, such as JupyterHub or KubeSpawner.")
        left_out = SET_ELSEWHERE.get(section, set())
        c[section].update({trait: value for trait, value in traits.items() if trait not in left_out})


def _configure_database(c: Any) -> None:
    kind = get_config("hub.db.type")
    if kind == "sqlite-pvc":
        c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"  # in the working folder, where the volume is mounted
    elif kind == "sqlite-memory":
        c.JupyterHub.db_url = "sqlite://"
    else:
        set_config_if_not_none(c.JupyterHub, "db_url", "hub.db.url")
    password = get_secret_value("hub.db.password", None)
    if kind == "postgres" and password is not None:
        os.environ["PGPASSWORD"] = password


def _service_url(name: str) -> str:
    return f"http://{get_name(name)}:{get_name_env(name, '_SERVICE_PORT')}"
