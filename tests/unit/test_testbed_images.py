"""The testbed's images: their recipes, locks, layers and the archive. Nothing is downloaded or built here."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from components import versions
from testbed import debian
from testbed.images import archive, build, image_names, layers, lockfiles, recipe, slimming, trees
from testbed.images.layers import Blob
from testbed.images.recipe import Folder, Layer, Link, Text
from testbed.steps import StepError

needs_zstd = pytest.mark.skipif(not shutil.which("zstd"), reason="zstd is not installed")

LAYERS = list(dict.fromkeys(layer for image in recipe.IMAGES for layer in image.top.chain()))


# Recipes


def test_every_image_has_the_name_that_pods_ask_for():
    assert image_names() == [
        f"quay.io/jupyterhub/k8s-hub:{versions.JUPYTERHUB_CHART}",
        f"quay.io/jupyterhub/k8s-singleuser-sample:{versions.JUPYTERHUB_CHART}",
        "quay.io/jupyterhub/configurable-http-proxy:5.2.0",
        f"quay.io/jupyterhub/k8s-network-tools:{versions.JUPYTERHUB_CHART}",
        versions.POSTGRESQL_IMAGE,
        versions.BUSYBOX_IMAGE,
        "registry.k8s.io/pause:3.10.1",
    ]


def test_the_hub_starts_as_the_chart_relies_on():
    hub = next(image for image in recipe.IMAGES if "k8s-hub" in image.name)
    assert hub.entrypoint == ("tini", "--")
    assert hub.command == ("jupyterhub", "--config", "/usr/local/etc/jupyterhub/jupyterhub_config.py")
    assert (hub.user, hub.folder) == ("1000", "/srv/jupyterhub")


def test_users_are_numbers_so_that_the_kubelet_can_tell_they_are_not_root():
    assert all(re.fullmatch(r"\d*", image.user) for image in recipe.IMAGES)


def test_the_tag_of_postgresql_names_the_major_version_in_the_image():
    assert versions.POSTGRESQL_IMAGE.partition(":")[2].startswith(f"{recipe.POSTGRESQL}.")
    assert [image.name for image in recipe.UPGRADE_IMAGES] == [versions.POSTGRESQL_IMAGES[recipe.NEXT_POSTGRESQL]]


def test_what_lies_above_a_layer_is_of_the_same_release():
    tops = [image.top for image in (*recipe.IMAGES, *recipe.UPGRADE_IMAGES)]
    assert all(len({layer.suite for layer in top.chain()}) == 1 for top in tops)
    assert recipe.NEXT_DATABASE.chain()[0].debian == recipe.BASE.debian


def test_a_layer_lies_above_those_it_names():
    assert [layer.name for layer in recipe.HUB.chain()] == ["base", "python", "jupyterhub", "hub"]


def test_layers_have_names_of_their_own():
    assert len({layer.name for layer in LAYERS}) == len(LAYERS)


# Locks


@pytest.mark.parametrize(
    ("lock", "package", "version"),
    [
        ("jupyterhub", "jupyterhub", "5.5.0"),
        ("hub", "jupyterhub-kubespawner", "7.0.0"),
        ("hub", "oauthenticator", "17.4.0"),
        ("hub", "jupyterhub-ldapauthenticator", "2.0.2"),
        ("hub", "jupyterhub-idle-culler", "1.4.0"),
        ("hub", "psycopg2-binary", "2.9.12"),
        ("singleuser", "jupyterlab", "4.5.8"),
        ("singleuser", "nbgitpuller", "1.3.0"),
    ],
)
def test_packages_have_the_versions_of_the_charts_own_images(lock: str, package: str, version: str):
    assert lockfiles.pins(lock)[package].startswith(f"{package}=={version} ")


def test_the_proxy_has_the_version_that_its_image_says():
    wish = json.loads((lockfiles.FOLDER / "proxy" / "package.json").read_text())["dependencies"]
    assert wish["configurable-http-proxy"] == versions.PROXY_IMAGE.rpartition(":")[2]


def test_every_locked_npm_package_has_a_hash_and_no_address():
    lock = json.loads((lockfiles.FOLDER / "proxy" / "package-lock.json").read_text())
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all("integrity" in package and "resolved" not in package for package in packages)


@pytest.mark.parametrize("lock", ["jupyterhub", "hub", "singleuser"])
def test_every_line_of_a_lock_is_a_pin_or_its_hash(lock: str):
    written = lockfiles.lock_file(lock).read_text()
    assert "".join(f"{lines}\n" for lines in lockfiles.pins(lock).values()) == written


@pytest.mark.parametrize("layer", [recipe.HUB, recipe.SINGLEUSER], ids=lambda layer: layer.name)
def test_a_layer_installs_what_no_layer_below_it_has(layer: Layer):
    wanted = lockfiles.requirements(layer)
    assert "jupyterhub==" not in wanted
    assert set(lockfiles.pins("jupyterhub")) <= set(lockfiles.pins(layer.python))


def test_two_pins_of_one_package_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lockfiles, "FOLDER", tmp_path)
    (tmp_path / "low.txt").write_text("six==1.17.0 \\\n    --hash=sha256:aa\n")
    (tmp_path / "high.txt").write_text("six==1.16.0 \\\n    --hash=sha256:bb\n")
    with pytest.raises(StepError, match=r"The lock high pins another six than a lower layer: run .*lock"):
        lockfiles.requirements(Layer("high", Layer("low", python="low"), python="high"))


# Trees


def test_extras_are_laid_into_the_tree(tmp_path: Path):
    (tmp_path / "var" / "run").mkdir(parents=True)
    (tmp_path / "sh").write_text("something of a package")
    builder = trees.Builder(tmp_path, tmp_path / "log")
    builder.extras((Folder("srv/hub"), Text("etc/passwd", "root\n"), Link("sh", "dash"), Link("var/run", "/run")))
    assert (tmp_path / "srv" / "hub").is_dir()
    assert (tmp_path / "etc" / "passwd").read_text() == "root\n"
    assert str((tmp_path / "sh").readlink()) == "dash"
    assert str((tmp_path / "var" / "run").readlink()) == "/run"


@pytest.mark.parametrize(
    "head",
    ["#!/home/someone/venv/bin/python\n", "#!/bin/sh\n'''exec' '/a/long/path/bin/python' \"$0\" \"$@\"\n' '''\n"],
    ids=["short", "long"],
)
def test_commands_name_the_python_of_the_image(tmp_path: Path, head: str):
    script = tmp_path / "jupyterhub"
    script.write_text(f"{head}import sys\n")
    trees.name_interpreter(script)
    assert script.read_text() == "#!/usr/bin/python3\nimport sys\n"


def test_what_nothing_reads_is_left_out_and_the_rest_stays(tmp_path: Path):
    needless = [
        "usr/share/doc/bash/README",
        "usr/local/share/jupyter/lab/static/main.js.map",
        "usr/share/man/man1/ls.1",
    ]
    needed = ["usr/bin/bash", "usr/local/share/jupyter/lab/static/main.js", "usr/share/zoneinfo/Europe/Oslo"]
    for name in needless + needed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    slimming.slim(tmp_path)
    assert [name for name in needless + needed if (tmp_path / name).exists()] == needed


# Keys


def test_a_layers_key_changes_with_its_recipe_and_its_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(lockfiles.FOLDER, tmp_path / "locks")
    monkeypatch.setattr(lockfiles, "FOLDER", tmp_path / "locks")
    before = {layer.name: build.layer_key(layer) for layer in LAYERS}
    with (tmp_path / "locks" / "hub.txt").open("a") as lock:
        lock.write("six==1.17.0 \\\n    --hash=sha256:aa\n")
    after = {layer.name: build.layer_key(layer) for layer in LAYERS}
    assert {name for name in before if before[name] != after[name]} == {"hub"}
    assert build.layer_key(replace(recipe.HUB, debian=("vim",))) not in after.values()


def test_a_layers_key_changes_with_the_packages_below_and_not_with_their_extras():
    layer = Layer("top", Layer("low", debian=("bash",)))
    other = Layer("top", Layer("low", debian=("bash",), extras=(Folder("srv"),)))
    more = Layer("top", Layer("low", debian=("bash", "git")))
    assert build.layer_key(layer) == build.layer_key(other) != build.layer_key(more)


# Layers


def _tree(root: Path) -> Path:
    (root / "usr" / "bin").mkdir(parents=True)
    (root / "usr" / "bin" / "su").write_text("program")
    (root / "usr" / "bin" / "su").chmod(0o4755)
    os.link(root / "usr" / "bin" / "su", root / "usr" / "bin" / "us")
    (root / "etc").mkdir(mode=0o700)
    (root / "etc" / "motd").write_text("hello")
    (root / "etc" / "motd").chmod(0o600)
    (root / "bin").symlink_to("usr/bin")
    (root / "tmp").mkdir()
    return root


def _members(blob: Blob) -> dict[str, tarfile.TarInfo]:
    content = subprocess.run(["zstd", "-dcq", blob.file], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name: member for member in tar}


@needs_zstd
def test_a_layer_is_the_same_to_the_bit_whenever_it_is_written(tmp_path: Path):
    first = layers.write(_tree(tmp_path / "a"), [], tmp_path / "a.tar.zst")
    second_tree = _tree(tmp_path / "b")
    os.utime(second_tree / "etc" / "motd", (1, 1))
    (second_tree / "etc").chmod(0o755)
    second = layers.write(second_tree, [], tmp_path / "b.tar.zst")
    assert (first.digest, first.diff_id) == (second.digest, second.diff_id)


@needs_zstd
def test_a_layer_has_roots_files_and_no_set_user_id(tmp_path: Path):
    members = _members(layers.write(_tree(tmp_path / "tree"), [], tmp_path / "layer"))
    assert list(members) == ["bin", "etc", "etc/motd", "tmp", "usr", "usr/bin", "usr/bin/su", "usr/bin/us"]
    assert {(member.uid, member.gid, member.mtime) for member in members.values()} == {(0, 0, layers.WHEN)}
    assert (members["usr/bin/su"].mode, members["etc/motd"].mode, members["etc"].mode) == (0o755, 0o644, 0o755)
    assert members["usr/bin/us"].islnk()
    assert members["bin"].linkname == "usr/bin"


@needs_zstd
def test_a_folder_can_be_someone_elses(tmp_path: Path):
    folder = Folder("tmp", 0o1777, 1000, 100)
    member = _members(layers.write(_tree(tmp_path / "tree"), [folder], tmp_path / "layer"))["tmp"]
    assert (member.mode, member.uid, member.gid) == (0o1777, 1000, 100)


@needs_zstd
def test_what_is_known_of_a_layer_is_kept_beside_it(tmp_path: Path):
    blob = layers.write(_tree(tmp_path / "tree"), [], tmp_path / "layer")
    blob.save()
    assert Blob.load(tmp_path) == blob


# The archive


@pytest.fixture
def blobs(tmp_path: Path) -> dict[Layer, Blob]:
    """A stand-in file for every layer."""
    made: dict[Layer, Blob] = {}
    for layer in LAYERS:
        file = tmp_path / layer.name
        file.write_text(layer.name)
        made[layer] = Blob(file, layers.sha256(file), f"sha256:{layer.name}", file.stat().st_size, 1)
    return made


def _read(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]


def test_a_shared_layer_lies_in_the_archive_once(tmp_path: Path, blobs: dict[Layer, Blob]):
    archive.write(recipe.IMAGES, blobs, tmp_path / "images.tar")
    with tarfile.open(tmp_path / "images.tar") as tar:
        names = tar.getnames()
    assert len(names) == len(set(names)) == 2 + 2 * len(recipe.IMAGES) + len(LAYERS)


def test_everything_in_the_archive_lies_under_its_digest(tmp_path: Path, blobs: dict[Layer, Blob]):
    archive.write(recipe.IMAGES, blobs, tmp_path / "images.tar")
    for name, content in _read(tmp_path / "images.tar").items():
        if name.startswith("blobs/"):
            file = tmp_path / "blob"
            file.write_bytes(content)
            assert layers.sha256(file) == name.removeprefix("blobs/").replace("/", ":")


def test_an_image_says_what_it_is_made_of_and_how_it_starts(tmp_path: Path, blobs: dict[Layer, Blob]):
    archive.write(recipe.IMAGES, blobs, tmp_path / "images.tar")
    files = _read(tmp_path / "images.tar")

    def follow(descriptor: dict[str, str]) -> dict:
        return json.loads(files[f"blobs/{descriptor['digest'].replace(':', '/')}"])

    index = json.loads(files["index.json"])
    assert [entry["annotations"]["io.containerd.image.name"] for entry in index["manifests"]] == image_names()
    manifest = follow(index["manifests"][0])
    config = follow(manifest["config"])
    assert config["rootfs"]["diff_ids"] == ["sha256:base", "sha256:python", "sha256:jupyterhub", "sha256:hub"]
    assert len(manifest["layers"]) == 4
    assert config["config"]["User"] == "1000"
    assert "HOME=/home/jovyan" in config["config"]["Env"]
    assert any(variable.startswith("PATH=/usr/local/bin:") for variable in config["config"]["Env"])


def test_an_archive_is_the_same_to_the_bit(tmp_path: Path, blobs: dict[Layer, Blob]):
    archive.write(recipe.IMAGES, blobs, tmp_path / "first.tar")
    archive.write(recipe.IMAGES, blobs, tmp_path / "second.tar")
    assert (tmp_path / "first.tar").read_bytes() == (tmp_path / "second.tar").read_bytes()


# Mistakes


def test_an_unknown_image_is_told_with_where_to_look():
    said = subprocess.run(
        [sys.executable, "-m", "testbed.images", "build", "nginx"], capture_output=True, text=True, check=False
    )
    assert said.returncode == 1
    assert "No image has nginx in its name" in said.stderr
    assert "Traceback" not in said.stderr


def test_another_processor_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "here", "6", "1", "riscv64")))
    with pytest.raises(StepError, match="for this riscv64 name a cluster of yours"):
        archive.architecture()


def test_a_missing_tool_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "zstd" else f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(StepError, match="sudo apt-get install zstd"):
        debian.install(debian.missing(build.host.DEBIAN_PACKAGES), "images are built with them", tmp_path / "log")


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setenv("HUBSTACK_CACHE", str(tmp_path))
    monkeypatch.setattr(build, "_build", full)
    with pytest.raises(StepError, match="The disk is full: make room"):
        build.build_archive(recipe.IMAGES)
