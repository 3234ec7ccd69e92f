"""Kubernetes' API as far as a hub asks it for pods and claims, with a kubelet that runs every pod at once.

KubeSpawner and its client speak to it over HTTP, so requests are written, sent and watched as in a cluster.
"""

import asyncio
import copy
import itertools
import json

from aiohttp import web

NAMESPACE = "course"
POD, CLAIM, EVENT = "pods", "persistentvolumeclaims", "events"


class ApiServer:
    """What there is, by kind and name; `refusals` say how many requests of a kind to answer with which code first."""

    def __init__(self):
        self.objects = {POD: {}, CLAIM: {}, EVENT: {}}
        self.requests = []
        self.refusals = {}
        self.last_words = None
        """What the sidecar `postgres` writes at its end."""
        self._events = []
        self._versions = itertools.count(1)
        self._runner = None
        self.url = ""

    @property
    def claims(self):
        return self.objects[CLAIM]

    @property
    def pods(self):
        return self.objects[POD]

    async def up(self):
        app = web.Application()
        path = f"/api/v1/namespaces/{NAMESPACE}/{{kind}}"
        app.add_routes(
            [
                web.get(path, self._list),
                web.post(path, self._create),
                web.get(path + "/{name}", self._read),
                web.patch(path + "/{name}", self._patch),
                web.delete(path + "/{name}", self._delete),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def down(self):
        await self._runner.cleanup()

    def put(self, kind, thing):
        """Write an object and tell all watchers."""
        name = thing["metadata"]["name"]
        event = "MODIFIED" if name in self.objects[kind] else "ADDED"
        thing["metadata"] |= {"resourceVersion": str(next(self._versions)), "namespace": NAMESPACE}
        thing["metadata"].setdefault("uid", f"uid-{next(self._versions)}")
        self.objects[kind][name] = thing
        self._tell(kind, event, thing)
        return thing

    def remove(self, kind, name):
        thing = self.objects[kind].pop(name)
        thing["metadata"]["resourceVersion"] = str(next(self._versions))
        self._tell(kind, "DELETED", thing)

    def asked(self, method, kind=CLAIM):
        """Give the bodies of the requests of one method."""
        return [body for asked, of, _, body in self.requests if (asked, of) == (method, kind)]

    def _tell(self, kind, event, thing):
        version = int(thing["metadata"]["resourceVersion"])
        self._events.append((version, kind, {"type": event, "object": copy.deepcopy(thing)}))

    async def _body(self, request):
        kind, name = request.match_info["kind"], request.match_info.get("name")
        body = await request.json() if request.can_read_body else None
        self.requests.append((request.method, kind, name, body))
        codes = self.refusals.get((request.method, kind))
        if codes:
            refuse(codes.pop(0))
        return kind, name, body

    async def _list(self, request):
        kind = request.match_info["kind"]
        if request.query.get("watch"):
            return await self._watch(request, kind)
        items = list(self.objects[kind].values())
        return web.json_response({"metadata": {"resourceVersion": str(next(self._versions))}, "items": items})

    async def _watch(self, request, kind):
        response = web.StreamResponse()
        await response.prepare(request)
        seen = int(request.query["resourceVersion"])
        while True:
            for version, of, event in list(self._events):
                if of == kind and version > seen:
                    seen = version
                    await response.write(json.dumps(event).encode() + b"\n")
            await asyncio.sleep(0.01)

    async def _read(self, request):
        kind, name, _ = await self._body(request)
        return web.json_response(self._find(kind, name))

    async def _create(self, request):
        kind, _, body = await self._body(request)
        if body["metadata"]["name"] in self.objects[kind]:
            refuse(409)
        self.put(kind, body)
        if kind == POD:
            self._run(body)
        return web.json_response(body, status=201)

    async def _patch(self, request):
        kind, name, body = await self._body(request)
        assert request.content_type == "application/strategic-merge-patch+json"
        return web.json_response(self.put(kind, merged(self._find(kind, name), body)))

    async def _delete(self, request):
        kind, name, body = await self._body(request)
        thing = self._find(kind, name)
        wanted = ((body or {}).get("preconditions") or {}).get("uid")
        if wanted and wanted != thing["metadata"]["uid"]:
            refuse(409)
        if kind == POD and int(request.query.get("gracePeriodSeconds", 0)) > 0:
            await self._end(thing)
        self.remove(kind, name)
        return web.json_response(thing)

    def _find(self, kind, name):
        if name not in self.objects[kind]:
            refuse(404)
        return self.objects[kind][name]

    def _run(self, pod):
        """Run a pod, as a kubelet does with enough room and all images."""
        pod["status"] = {
            "phase": "Running",
            "podIP": "10.1.2.3",
            "containerStatuses": [running(container) for container in pod["spec"]["containers"]],
            "initContainerStatuses": [running(container) for container in pod["spec"].get("initContainers") or ()],
        }
        self.put(POD, pod)

    async def _end(self, pod):
        """End a pod's containers with what they have to say; only then, after its volumes are unmounted, is it gone."""
        for status in pod["status"]["initContainerStatuses"]:
            if status["name"] == "postgres" and self.last_words is not None:
                status["state"] = {"terminated": {"exitCode": 0, "message": self.last_words}}
        self.put(POD, pod)
        await asyncio.sleep(0.3)


def running(container):
    state = {"state": {"running": {}}, "ready": True, "restartCount": 0}
    return {"name": container["name"], "image": container["image"], "imageID": "sha256:1", **state}


def refuse(code):
    body = json.dumps({"kind": "Status", "code": code, "message": f"refused with {code}"})
    raise type(f"Code{code}", (web.HTTPException,), {"status_code": code})(text=body, content_type="application/json")


def merged(below, above):
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    return {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
