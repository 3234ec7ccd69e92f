"""The chart values that hubstack sets itself, and what to do instead of setting them past its settings."""

_ONCE = "hubstack makes it once and keeps it; take it away"
_NARROW = "hubstack gives each part the least rights it needs; take it away"
OWN: dict[str, str] = {
    "hub.config.JupyterHub.authenticator_class": "set auth",
    "hub.config.JupyterHub.cookie_secret": _ONCE,
    "hub.cookieSecret": _ONCE,
    "hub.config.ConfigurableHTTPProxy.auth_token": _ONCE,
    "proxy.secretToken": _ONCE,
    "hub.config.CryptKeeper.keys": _ONCE,
    "hub.config.Authenticator.admin_users": "set auth.admins",
    "hub.config.Authenticator.allowed_users": "set auth.allowed_users",
    "hub.config.Authenticator.allow_all": "set auth.allow_all",
    "hub.config.DummyAuthenticator.password": "set auth.dummy.password",
    **{
        f"hub.config.{name}.{trait}": f"set auth.{method}.{setting}"
        for name, method in {
            "GitHubOAuthenticator": "github",
            "GoogleOAuthenticator": "google",
            "GenericOAuthenticator": "generic_oauth",
        }.items()
        for trait, setting in {
            "client_id": "client_id",
            "client_secret": "client_secret",
            "oauth_callback_url": "callback",
        }.items()
    },
    "hub.config.GitHubOAuthenticator.allowed_organizations": "set auth.github.organizations",
    "hub.config.GoogleOAuthenticator.hosted_domain": "set auth.google.hosted_domain",
    **{
        f"hub.config.GenericOAuthenticator.{trait}": f"set auth.generic_oauth.{trait}"
        for trait in ("authorize_url", "token_url", "userdata_url", "username_claim", "scope", "login_service")
    },
    "hub.config.KubeSpawner.http_timeout": "set users.http_timeout",
    "hub.config.KubeSpawner.namespace": "the namespace bears the hub's name; take it away",
    "hub.activeServerLimit": "set users.most",
    "hub.serviceAccount": _NARROW,
    "proxy.traefik.serviceAccount": _NARROW,
    "rbac": _NARROW,
    "scheduling.userScheduler": "hubstack leaves it off, as it needs rights over the whole cluster; take it away",
    "prePuller.hook": "hubstack leaves it off, as it needs rights of its own; take it away",
    "fullnameOverride": "the namespace keeps hubs apart; take it away",
    "nameOverride": "the namespace keeps hubs apart; take it away",
    "imagePullSecret": "set pull_secrets",
    "imagePullSecrets": "set pull_secrets",
    "cull": "set culling",
    "proxy.https": "set proxy.https",
    "proxy.service.type": "set hubstack:cloud.node_ports, or leave it out for a load balancer",
    "proxy.service.nodePorts": "set hubstack:cloud.node_ports",
    "singleuser.cpu": "set users.cpu",
    "singleuser.memory": "set users.memory",
    "singleuser.image": "set image",
    "singleuser.defaultUrl": "set users.default_url",
    "singleuser.startTimeout": "set users.start_timeout",
    "singleuser.nodeSelector": "set scheduling.node_selector",
    "singleuser.extraTolerations": "set scheduling.tolerations",
    "singleuser.cloudMetadata": "set security.metadata",
    "singleuser.networkPolicy.enabled": "network policies stay on; set security.egress for what servers may reach",
    "singleuser.networkPolicy.egressAllowRules": "set security.egress",
    "singleuser.networkPolicy.egress": "set security.egress",
    "singleuser.allowPrivilegeEscalation": "no server needs more rights than it starts with; take it away",
    "singleuser.serviceAccountName": _NARROW,
    "singleuser.storage.type": "set storage.type",
    "singleuser.storage.static": "set storage.claim",
    "singleuser.storage.dynamic": "set storage.type, and the options of dynamic beside it",
    "singleuser.storage.capacity": "set storage.storage_capacity, or hubstack:homes.capacity for the file system",
    "singleuser.storage.homeMountPath": "set storage.home",
    **{
        f"hub.config.KubeSpawner.{trait}": f"set storage.{trait}"
        for trait in (
            "working_dir",
            "pvc_name_template",
            "storage_class",
            "storage_capacity",
            "storage_pvc_ensure",
            "delete_pvc",
            "volumes",
            "volume_mounts",
        )
    },
    "hub.config.KubeSpawner.storage_extra_labels": "set storage.extra_labels",
    "hub.config.JupyterHub.spawner_class": (
        "hubstack's own extends KubeSpawner, whose settings and hooks it keeps; take it away"
    ),
}
"""What hubstack sets, and what to do instead of setting it past its settings."""
