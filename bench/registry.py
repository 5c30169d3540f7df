"""Push and pull of an image of 1 GiB against Debian's docker-registry on the same disk, manifests, lifecycle previews, and memory under a large layer."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from common import Minato, client, free_port, median, need, resident_mib, table, wait_for

MIB = 1 << 20
SIZE = int(os.environ.get("BENCH_REGISTRY_MIB", "1024")) * MIB
LARGE = int(os.environ.get("BENCH_REGISTRY_LARGE_MIB", "4096")) * MIB
AT_A_TIME = 5  # Docker pushes five layers at a time.
ROUNDS = 3
LOGIN = ""  # As docker has it from `aws ecr get-login-password`.
INDEX, IMAGE = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"


class Http:
    """As little of a client as can be, so that the servers are what is measured."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.input = self.socket.makefile("rb", buffering=1 << 20)

    def send(self, method, path, headers=None, body=b"", file=None):
        length = os.fstat(file.fileno()).st_size if file else len(body)
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {LOGIN}\r\nContent-Length: {length}\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in (headers or {}).items()) + "\r\n"
        self.socket.sendall(head.encode() + body)
        if file:
            self.socket.sendfile(file)

    def answer(self, sink=None):
        status = int(self.input.readline().split()[1])
        headers = {}
        while (line := self.input.readline().strip()):
            name, value = line.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        left, body = int(headers.get("content-length", 0)), b""
        buffer = bytearray(1 << 20)
        while left:
            read = self.input.readinto1(memoryview(buffer)[:min(left, len(buffer))])
            left -= read
            if sink is None:
                body += buffer[:read]
        return status, headers, body

    def call(self, method, path, expected, **more):
        self.send(method, path, **more)
        status, headers, body = self.answer()
        if status not in expected:
            raise SystemExit(f"{method} {path}: {status} {body[:300]}")
        return headers

    def close(self):
        self.input.close()
        self.socket.close()


class DockerRegistry:
    def __enter__(self):
        self.data = tempfile.mkdtemp(prefix="docker-registry-bench-")
        self.port = free_port()
        config = pathlib.Path(self.data, "config.yml")
        config.write_text(f"version: 0.1\nlog:\n  level: error\n  accesslog:\n    disabled: true\nstorage:\n  filesystem:\n    rootdirectory: {self.data}/root\n"
                          f"http:\n  addr: 127.0.0.1:{self.port}\n")
        self.process = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(f"http://127.0.0.1:{self.port}/v2/")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.data, ignore_errors=True)


def layers(folder, count, size, mark):
    """Files of random bytes, all different, with their digests."""
    noise, made = os.urandom(MIB), []
    for i in range(count):
        path, digest, left, block = f"{folder}/{mark}-{count}-{i}", hashlib.sha256(), size // count, 0
        with open(path, "wb") as out:
            while left > 0:
                part = (f"{mark} {i} {block} ".encode() + noise)[:min(MIB, left)]
                out.write(part)
                digest.update(part)
                left, block = left - len(part), block + 1
        made.append((path, f"sha256:{digest.hexdigest()}"))
    return made


def put_blob(port, name, path, digest):
    http = Http(port)
    location = http.call("POST", f"/v2/{name}/blobs/uploads/", (202,))["location"]
    location = location[location.index("/v2/"):]
    with open(path, "rb") as file:
        location = http.call("PATCH", location, (202,), file=file, headers={"Content-Type": "application/octet-stream"})["location"]
    location = location[location.index("/v2/"):]
    http.call("PUT", f"{location}{'&' if '?' in location else '?'}digest={digest}", (201,))
    http.close()


def push(port, name, files):
    config = b"{}"
    config_digest = f"sha256:{hashlib.sha256(config).hexdigest()}"
    with tempfile.NamedTemporaryFile() as file, concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        file.write(config)
        file.flush()
        started = time.perf_counter()
        for done in [pool.submit(put_blob, port, name, *layer) for layer in [(file.name, config_digest), *files]]:
            done.result()
        manifest = json.dumps({"schemaVersion": 2, "mediaType": IMAGE, "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config_digest, "size": 2},
                               "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": d, "size": os.path.getsize(p)} for p, d in files]}).encode()
        http = Http(port)
        http.call("PUT", f"/v2/{name}/manifests/v1", (201,), body=manifest, headers={"Content-Type": IMAGE})
        http.close()
        return time.perf_counter() - started


def get_blob(port, name, digest):
    http = Http(port)
    http.send("GET", f"/v2/{name}/blobs/{digest}")
    status, _, _ = http.answer(sink=True)
    http.close()
    if status != 200:
        raise SystemExit(f"GET {digest}: {status}")


def pull(port, name, files, at_a_time=AT_A_TIME):
    with concurrent.futures.ThreadPoolExecutor(at_a_time) as pool:
        started = time.perf_counter()
        http = Http(port)
        http.call("GET", f"/v2/{name}/manifests/v1", (200,), headers={"Accept": IMAGE})
        http.close()
        for done in [pool.submit(get_blob, port, name, digest) for _, digest in files]:
            done.result()
        return time.perf_counter() - started


def many_pulls(port, name, files, clients=16):
    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        started = time.perf_counter()
        for done in [pool.submit(get_blob, port, name, files[0][1]) for _ in range(clients)]:
            done.result()
        return time.perf_counter() - started


class Peak:
    """The most memory a process had while the block ran, over what it had before."""

    def __init__(self, pid):
        self.pid, self.most, self.stop = pid, 0.0, threading.Event()

    def __enter__(self):
        self.idle = resident_mib(self.pid)
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.stop.wait(0.02):
            self.most = max(self.most, resident_mib(self.pid) - self.idle)

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def compare(minato, peer, folder):
    """Rounds of both by turns, each with bytes of its own: nobody gains by what is there already."""
    ecr, rows, ratios = client("ecr", minato.endpoint), [], []
    for count in (1, 30):
        times = {"push": ([], []), "pull": ([], [])}
        for turn in range(ROUNDS):
            files = layers(folder, count, SIZE, f"round{turn}")
            name = f"bench/{count}/{turn}"
            ecr.create_repository(repositoryName=name)
            sides = [(0, minato.port), (1, peer.port)]
            for side, port in sides if turn % 2 == 0 else sides[::-1]:
                os.sync()  # Nobody waits for what the others left to be written.
                times["push"][side].append(push(port, name, files))
                times["pull"][side].append(pull(port, name, files))
            for path, _ in files:
                os.unlink(path)
        for what, (ours, theirs) in times.items():
            ratios.append(median(theirs) / median(ours))
            rows.append([f"{what} 1 GiB in {count} layer{'s' if count > 1 else ''}" if SIZE == 1024 * MIB else f"{what} {SIZE // MIB} MiB in {count} layers",
                         f"{median(ours):.2f} s", f"{median(theirs):.2f} s", f"{ratios[-1]:.2f}×", "≥ 1×"])
    files = layers(folder, 1, SIZE // 8, "many")
    ecr.create_repository(repositoryName="bench/many")
    for port in (minato.port, peer.port):
        push(port, "bench/many", files)
    ours, theirs = (median([many_pulls(port, "bench/many", files) for _ in range(ROUNDS)]) for port in (minato.port, peer.port))
    rows.append([f"16 pulls of {SIZE // 8 // MIB} MiB at a time", f"{ours:.2f} s", f"{theirs:.2f} s", f"{theirs / ours:.2f}×", "≥ 1×"])
    return rows


def head(port, seconds):
    """Requests a second and failures, by ab: wrk waits for the body that HEAD does not have."""
    url = f"http://127.0.0.1:{port}/v2/bench/many/manifests/v1"
    out = subprocess.run(["ab", "-i", "-k", "-q", "-c", "16", "-t", str(seconds), "-n", "2000000", "-H", f"Authorization: {LOGIN}", "-H", f"Accept: {IMAGE}", url],
                         capture_output=True, text=True, check=True).stdout
    number = lambda words: float((re.search(rf"{words}:?\s+([\d.]+)", out) or [0, 0])[1])
    return number("Requests per second"), int(number("99%")), int(number("Failed requests") + number("Non-2xx responses"))


def heads(minato, peer):
    for port in (minato.port, peer.port):
        head(port, 2)
    (ours, p99, failed), (theirs, _, _) = (head(port, 5) for port in (minato.port, peer.port))
    return ["HEAD of a manifest, a second", f"{ours:,.0f} (p99 {p99} ms, {failed} failed)", f"{theirs:,.0f}", f"{ours / theirs:.1f}×", "≥ 20,000"]


def preview(minato, images=10_000):
    ecr, name = client("ecr", minato.endpoint), "bench/lifecycle"
    ecr.create_repository(repositoryName=name)
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"{}")
        file.flush()
        digest = f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
        put_blob(minato.port, name, file.name, digest)

    def some(first):
        http = Http(minato.port)
        for i in range(first, images, 8):
            manifest = json.dumps({"schemaVersion": 2, "mediaType": IMAGE, "config": {"mediaType": "application/x", "digest": digest, "size": 2}, "layers": [], "annotations": {"i": str(i)}}).encode()
            http.call("PUT", f"/v2/{name}/manifests/{['prod', 'test', 'v'][i % 3]}-{i}", (201,), body=manifest, headers={"Content-Type": IMAGE})
        http.close()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(some, range(8)))
    rules = [{"rulePriority": n + 1, "selection": {"tagStatus": "tagged", "tagPatternList": [f"{p}*"], "countType": "imageCountMoreThan", "countNumber": 100}, "action": {"type": "expire"}}
             for n, p in enumerate(["prod", "test", "v"])]
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ecr.start_lifecycle_policy_preview(repositoryName=name, lifecyclePolicyText=json.dumps({"rules": rules}))
        while (answer := ecr.get_lifecycle_policy_preview(repositoryName=name))["status"] == "IN_PROGRESS":
            time.sleep(0.005)
        times.append(time.perf_counter() - started)
        if answer["summary"]["expiringImageTotalCount"] != images - 300:
            raise SystemExit(f"the preview is wrong: {answer['summary']}")
    return [f"lifecycle preview of {images:,} images", f"{median(times):.3f} s", "–", "–", "≤ 1 s"]


def memory(minato, folder):
    files = layers(folder, 1, LARGE, "large")
    client("ecr", minato.endpoint).create_repository(repositoryName="bench/large")
    with Peak(minato.pid) as peak:
        push(minato.port, "bench/large", files)
        pull(minato.port, "bench/large", files)
    os.unlink(files[0][0])
    return [f"memory over idle while a layer of {LARGE // MIB:,} MiB is pushed and pulled", f"{peak.most:.0f} MiB", "–", "–", "≤ 64 MiB"]


def log_in(minato):
    global LOGIN
    LOGIN = "Basic " + client("ecr", minato.endpoint).get_authorization_token()["authorizationData"][0]["authorizationToken"]


def run():
    if not need("docker-registry", "ab"):
        return None
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        with Minato() as minato, DockerRegistry() as peer:
            log_in(minato)
            rows = compare(minato, peer, folder)
            rows += [heads(minato, peer), preview(minato)]
        with Minato() as minato:
            log_in(minato)
            rows.append(memory(minato, folder))
    return table("Registry", "bench/run registry", ["measure", "Minato", "docker-registry", "ratio", "bar"], rows,
                 [f"The same client, files and disk; medians of {ROUNDS} rounds by turns, {AT_A_TIME} layers at a time. docker-registry has no login to check."])
