"""Who sees which shared folder, and where."""

from components.hub.runtime.settings import Folder, RuntimeSettings

READ = Folder(path="_shared", mount="shared", audience="everyone", write=False)
WRITE = Folder(path="_shared", mount="shared-readwrite", audience="admins", write=True)
ALL = Folder(path="", mount="allusers", audience="admins", write=False)
PUBLIC = Folder(path="_shared-public", mount="shared-public", audience="everyone", write=True)
GROUPS = Folder(path="_groups/{group}", mount="groups/{group}", audience="members", write=True)
FOLDERS = RuntimeSettings(folders=(READ, WRITE, ALL, PUBLIC, GROUPS))


def notebook(pod):
    return next(container for container in pod["spec"]["containers"] if container["name"] == "notebook")


def mounts(container, volume="home"):
    return {
        mount["mountPath"]: (mount.get("subPath"), not mount.get("readOnly", False))
        for mount in container["volumeMounts"]
        if mount["name"] == volume
    }


async def test_a_person_sees_what_is_for_everyone(start):
    _, pod = await start("ann", settings=FOLDERS)
    assert mounts(notebook(pod)) == {
        "/home/jovyan": ("ann", True),
        "/home/jovyan/shared": ("_shared", False),
        "/home/jovyan/shared-public": ("_shared-public", True),
    }


async def test_an_admin_sees_what_is_for_admins_too(start):
    _, pod = await start("ann", admin=True, settings=FOLDERS)
    assert mounts(notebook(pod)) == {
        "/home/jovyan": ("ann", True),
        "/home/jovyan/shared": ("_shared", False),
        "/home/jovyan/shared-readwrite": ("_shared", True),
        "/home/jovyan/allusers": (None, False),
        "/home/jovyan/shared-public": ("_shared-public", True),
    }


async def test_members_see_their_groups_folders(start):
    _, pod = await start("ann", groups=["physics", "../admins"], settings=RuntimeSettings(folders=(GROUPS,)))
    assert mounts(notebook(pod)) == {
        "/home/jovyan": ("ann", True),
        "/home/jovyan/groups/physics": ("_groups/physics", True),
        "/home/jovyan/groups/admins--76962f4f7212d72a": ("_groups/admins--76962f4f7212d72a", True),
    }


async def test_named_groups_only(start):
    named = GROUPS.model_copy(update={"groups": ("physics", "maths")})
    _, pod = await start("ann", groups=["physics", "art"], settings=RuntimeSettings(folders=(named,)))
    assert set(mounts(notebook(pod))) == {"/home/jovyan", "/home/jovyan/groups/physics"}


async def test_what_people_mount_themselves_stays(start):
    own = {"name": "home", "mountPath": "/home/jovyan/shared/", "subPath": "course"}
    config = {"KubeSpawner": {"volume_mounts": {"own": own}}}
    _, pod = await start("ann", settings=RuntimeSettings(folders=(READ,)), config=config)
    assert mounts(notebook(pod))["/home/jovyan/shared/"] == ("course", True)
    assert "/home/jovyan/shared" not in mounts(notebook(pod))


async def test_a_pod_without_the_homes_has_no_folders_and_starts(start):
    profile = {"KubeSpawner": {"modify_pod_hook": None, "extra_pod_config": {"volumes": []}}}
    _, pod = await start("ann", settings=FOLDERS, config=profile)
    assert set(mounts(notebook(pod))) == {"/home/jovyan"}


async def test_other_containers_get_no_shared_folder(start):
    config = {"KubeSpawner": {"extra_containers": [{"name": "tool", "image": "tool:1"}]}}
    _, pod = await start("ann", settings=FOLDERS, config=config)
    assert [container.get("volumeMounts") for container in pod["spec"]["containers"][1:]] == [None]


async def test_folders_have_a_volume_of_their_own_where_a_home_is_a_disk(start):
    settings = RuntimeSettings(home_volume=None, folders_claim="homes", folders=(READ, PUBLIC))
    _, pod = await start("ann", settings=settings)
    assert mounts(notebook(pod), "shared-folders") == {
        "/home/jovyan/shared": ("_shared", False),
        "/home/jovyan/shared-public": ("_shared-public", True),
    }
    claimed = {each["name"]: each.get("persistentVolumeClaim") for each in pod["spec"]["volumes"]}
    assert claimed["shared-folders"] == {"claimName": "homes"}
