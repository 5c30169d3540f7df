"""A scan of a Debian image of 200 MB, against unpacking it with gzip and tar alone."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import tempfile
import time

from common import ROOT, median, need, table

ROUNDS = 3
MIB = 1 << 20
SIZE = 200 * MIB
PACKAGES = "python3,perl,ca-certificates,curl,openssl,git"
ADVISORIES = 40_000


def debian(folder):
    """A root file system of Debian's packages, filled up with text to the size that is asked for."""
    root = pathlib.Path(folder, "root")
    mirror = subprocess.run(["apt-get", "indextargets", "--format", "$(SITE)"], capture_output=True, text=True, check=True).stdout.split()[0]
    done = subprocess.run(["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", root, mirror], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"debootstrap failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    shutil.rmtree(root / "var/cache/apt/archives", ignore_errors=True)
    shutil.rmtree(root / "var/lib/apt/lists", ignore_errors=True)
    have = int(subprocess.run(["du", "-sb", root], capture_output=True, text=True, check=True).stdout.split()[0])
    source = random.Random(1)
    words = [f"{source.getrandbits(40):x}" for _ in range(5000)]
    number = 0
    while have < SIZE:
        text = " ".join(source.choices(words, k=60_000))
        (root / "opt" / f"text{number}").write_text(text)
        have, number = have + len(text), number + 1
    return root, have


def image(folder, root):
    """One layer, as `docker save` would write it for an OCI image."""
    layout = pathlib.Path(folder, "layout")
    blobs = layout / "blobs/sha256"
    blobs.mkdir(parents=True)

    def put(data, media):
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"mediaType": media, "digest": f"sha256:{digest}", "size": len(data)}

    layer = pathlib.Path(folder, "layer.tar.gz")
    subprocess.run(f"tar -C {root} -cf - . | gzip -6 > {layer}", shell=True, check=True)
    config = put(json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers"}, "config": {}}).encode(), "application/vnd.oci.image.config.v1+json")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config,
                "layers": [put(layer.read_bytes(), "application/vnd.oci.image.layer.v1.tar+gzip")]}
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [put(json.dumps(manifest).encode(), manifest["mediaType"])]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    return layout, layer


def advisories(folder, root):
    """As many entries as Debian's own dump has, over the packages of the image."""
    names = [line[9:].strip() for line in (root / "var/lib/dpkg/status").read_text().splitlines() if line.startswith("Package: ")]
    dump = pathlib.Path(folder, "dump.jsonl")
    source = random.Random(2)
    with dump.open("w") as out:
        for i in range(ADVISORIES):
            events = [{"introduced": "0"}, {"fixed": f"{source.randrange(9)}.{source.randrange(99)}-1"}]
            affected = [{"package": {"ecosystem": f"Debian:{release}", "name": source.choice(names)}, "ranges": [{"type": "ECOSYSTEM", "events": events}]} for release in (11, 12)]
            out.write(json.dumps({"id": f"DEBIAN-CVE-2024-{i}", "modified": "2024-05-01T00:00:00Z", "details": "An advisory of the measurement. " * 10, "affected": affected,
                                  "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}) + "\n")
    return dump


def seconds(command):
    started = time.perf_counter()
    subprocess.run(command, shell=isinstance(command, str), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def run():
    if not need("debootstrap") or os.geteuid() != 0:
        return None
    folder = tempfile.mkdtemp(prefix="minato-bench-scan-")
    try:
        minato = os.environ.get("MINATO_CLI", str(ROOT / "artifacts/minato/minato"))
        root, size = debian(folder)
        layout, layer = image(folder, root)
        data = f"{folder}/data"
        imported = seconds([minato, "scan", "db", "import", str(advisories(folder, root)), "--data", data])
        scan, unpack = [], []
        for _ in range(ROUNDS):
            scan.append(seconds([minato, "scan", str(layout), "--json", "--data", data]))
            unpack.append(seconds(f"gzip -dc {layer} | tar -tf -"))
        found = json.loads(subprocess.run([minato, "scan", str(layout), "--json", "--data", data], capture_output=True, check=True, text=True).stdout)
    finally:
        shutil.rmtree(folder)
    rows = [["scan, seconds (bar: 10)", f"{median(scan):.2f}", f"{median(unpack):.2f}", f"{median(scan) / median(unpack):.1f}×"],
            [f"import of {ADVISORIES} advisories, seconds", f"{imported:.2f}", "", ""]]
    note = f"An image of {size / MIB:.0f} MiB (unpacked) with {found['packages']} packages of Debian, made by debootstrap; {len(found['findings'])} findings. The whole command, its start among it."
    return table("Scans: a Debian image of 200 MB", "bench/run scan", ["what", "Minato", "gzip and tar", "ratio"], rows, [note])
