"""What recovering does in a cluster: look up objects and releases, delete objects, take releases back."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ops.recovery.api import Api
from ops.recovery.errors import RecoverError
from ops.recovery.plan import Found
from ops.recovery.releases import SECRET_TYPE, Remedy, Revision, Treatment, decode, encode, rolled_back, with_status
from ops.recovery.state import PLATFORM_LABEL, ObjectRef, ReleaseRef, fields

_PATIENCE = 120.0  # seconds for objects to go


@dataclass(frozen=True)
class Cluster:
    """One cluster of the stack."""

    api: Api

    def find(self, reference: ObjectRef) -> Found | None:
        """Give an object where it exists, with the platform that its label names."""
        live = self.api.get(reference)
        if live is None:
            return None
        labels = fields(live["metadata"].get("labels"))
        return Found(reference, str(labels.get(PLATFORM_LABEL) or ""))

    def history(self, release: ReleaseRef) -> list[Revision]:
        """Give what Helm stored of a release, oldest first; empty where it knows none of that name."""
        secrets = self.api.secrets(release.namespace, f"owner=helm,name={release.name}")
        records = [decode(secret["data"]["release"]) for secret in secrets if secret["type"] == SECRET_TYPE]
        revisions = [Revision(int(record["version"]), str(record["info"]["status"]), record) for record in records]
        return sorted(revisions, key=lambda revision: revision.number)

    def delete(self, references: list[ObjectRef]) -> None:
        """Delete objects with what they own, and wait until they are gone; those that are gone already are fine."""
        for reference in references:
            self.api.delete(reference)
        deadline = time.monotonic() + _PATIENCE
        while remaining := [each for each in references if self.api.get(each) is not None]:
            if time.monotonic() > deadline:
                names = ", ".join(map(str, remaining))
                raise RecoverError(f"Still there after {_PATIENCE:.0f} s: {names}. See why, then run this again.")
            time.sleep(0.5)

    def treat(self, treatment: Treatment) -> None:
        """Take a release back. Its records change last, so that an interrupted run starts over with the same plan."""
        for patch in treatment.patches:
            self._put_back(patch.reference, patch.manifest, patch.change)
        self.delete(list(treatment.deletions))
        if treatment.remedy is Remedy.UNINSTALL:
            self.delete([_secret_of(treatment.reference, revision.number) for revision in treatment.history])
        elif treatment.back_to is not None:
            self._record_rollback(treatment, treatment.back_to)

    def _record_rollback(self, treatment: Treatment, back_to: Revision) -> None:
        """Write the records as `helm rollback` does: a new revision is deployed, the old one superseded."""
        number = treatment.latest.number + 1
        now = datetime.now(UTC).isoformat()
        why = "Interrupted, and rolled back by python -m ops.recover"
        self._store(treatment.reference, rolled_back(back_to, number, now))
        self._store(treatment.reference, with_status(back_to.record, "superseded", f"Superseded by revision {number}"))
        self._store(treatment.reference, with_status(treatment.latest.record, "failed", why))

    def _store(self, release: ReleaseRef, record: dict[str, Any]) -> None:
        number = int(record["version"])
        reference = _secret_of(release, number)
        status = str(record["info"]["status"])
        labels = {"owner": "helm", "name": release.name, "version": str(number), "status": status}
        body: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": reference.name, "namespace": reference.namespace, "labels": labels},
            "type": SECRET_TYPE,
            "data": {"release": encode(record)},
        }
        self._put_back(reference, body, {"metadata": {"labels": labels}, "data": body["data"]})

    def _put_back(self, reference: ObjectRef, manifest: dict[str, Any], change: dict[str, Any]) -> None:
        """Make an object again where it is missing; else change it where it has to change."""
        if self.api.get(reference) is None:
            self.api.create(reference, manifest)
        elif change:
            self.api.patch(reference, change)


def _secret_of(release: ReleaseRef, number: int) -> ObjectRef:
    return ObjectRef("v1", "Secret", release.namespace, f"sh.helm.release.v1.{release.name}.v{number}")
