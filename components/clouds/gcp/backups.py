"""A backup of the homes each night, and the end of those that are too old.

Filestore has backups but no timetable for them. A workflow of Google's takes them, which costs nothing at one run a
night; a Job in the cluster would need a right over every file system, in reach of whoever gets into a pod.
"""

import json

import pulumi
from pulumi_gcp import cloudscheduler, filestore, serviceaccount, workflows

from components.clouds.gcp.identity import grant
from components.clouds.gcp.site import Site
from components.labels import CLOUD_TAG

_BACKUPS = '${"https://file.googleapis.com/v1/" + sys.get_env("PLACE") + "/backups"}'
_AS_ITSELF = {"type": "OAuth2"}

_WORKFLOW = {
    "main": {
        "steps": [
            {
                "take": {
                    "call": "http.post",
                    "args": {
                        "url": _BACKUPS,
                        "auth": _AS_ITSELF,
                        "query": {
                            "backupId": '${sys.get_env("PREFIX") + text.substring(time.format(sys.now()), 0, 10)}',
                        },
                        "body": {
                            "sourceInstance": '${sys.get_env("INSTANCE")}',
                            "sourceFileShare": '${sys.get_env("SHARE")}',
                            "labels": {CLOUD_TAG: '${sys.get_env("PLATFORM")}', "hubstack-made": "nightly"},
                        },
                    },
                },
            },
            {
                "list": {
                    "call": "http.get",
                    "args": {
                        "url": _BACKUPS,
                        "auth": _AS_ITSELF,
                        "query": {
                            "filter": f'${{"labels.{CLOUD_TAG}=" + sys.get_env("PLATFORM")'
                            ' + " AND labels.hubstack-made=nightly"}',
                            "orderBy": "name desc",
                        },
                    },
                    "result": "all",
                },
            },
            {
                "remove": {
                    "for": {
                        "value": "backup",
                        "index": "place",
                        "in": "${all.body.backups}",
                        "steps": [
                            {
                                "old": {
                                    "switch": [
                                        {
                                            "condition": '${place >= int(sys.get_env("KEPT"))}',
                                            "call": "http.delete",
                                            "args": {
                                                "url": '${"https://file.googleapis.com/v1/" + backup.name}',
                                                "auth": _AS_ITSELF,
                                            },
                                        },
                                    ],
                                },
                            },
                        ],
                    },
                },
            },
        ],
    },
}


def back_up_nightly(site: Site, instance: filestore.Instance, share: str) -> None:
    """Take a backup of the instance each night. What was taken outlives the stack: python -m ops.leftovers names it."""
    account = serviceaccount.Account(
        "backups",
        account_id=pulumi.Output.concat("hubstack-", site.owner.platform, "-files"),
        display_name="Nightly backups of a hubstack platform's homes",
        description=site.description,
        opts=site.opts,
    )
    rights = [
        grant("backups-files", account, "roles/file.editor", site),
        grant("backups-workflow", account, "roles/workflows.invoker", site),
    ]
    settings = site.settings
    place = f"projects/{settings.project}/locations/{settings.region}"
    workflow = workflows.Workflow(
        "backups",
        description="Takes a backup of a hubstack platform's homes, and removes those that are too old",
        region=settings.region,
        service_account=account.email,
        source_contents=json.dumps(_WORKFLOW, sort_keys=True),
        user_env_vars={
            "PLACE": place,
            "PREFIX": pulumi.Output.concat("hubstack-", site.owner.platform, "-"),
            "INSTANCE": instance.id,
            "SHARE": share,
            "PLATFORM": site.owner.platform,
            "KEPT": str(settings.filestore.backups_kept),
        },
        deletion_protection=False,
        labels=site.labels,
        opts=site.opts,
    )
    cloudscheduler.Job(
        "backups",
        description=site.description,
        region=settings.region,
        schedule="30 1 * * *",
        time_zone="Etc/UTC",
        http_target={
            "http_method": "POST",
            "uri": pulumi.Output.concat(
                f"https://workflowexecutions.googleapis.com/v1/{place}/workflows/", workflow.name, "/executions"
            ),
            "oauth_token": {"service_account_email": account.email},
        },
        opts=site.after(*rights),
    )
