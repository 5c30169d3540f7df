"""What every comparison needs: a server of ours, a peer, signed requests, medians."""
import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEY = Credentials("AKIABENCHBENCHBENCH0", "bench-secret-bench-secret-bench-secret-00")
REGION = "us-east-1"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(url, limit=60.0, started=None, ok=False):
    """Seconds from `started` until the URL answers anything, or with `ok` until it answers well."""
    started = started or time.perf_counter()
    while time.perf_counter() - started < limit:
        try:
            urllib.request.urlopen(url, timeout=1).read()
            return time.perf_counter() - started
        except urllib.error.HTTPError:
            if not ok:
                return time.perf_counter() - started
            time.sleep(0.002)
        except OSError:
            time.sleep(0.002)
    raise SystemExit(f"{url} did not answer within {limit} s")


class Minato:
    """A server of ours in a data directory of its own, gone with everything it made when the block ends."""

    def __enter__(self):
        self.data = tempfile.mkdtemp(prefix="minato-bench-")
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        started = time.perf_counter()
        # The server itself, as `./minato up` starts it; the command line around it would add its own start-up.
        self.process = subprocess.Popen([ROOT / "artifacts/minato/Minato.Server", "--data", self.data, "--port", str(self.port),
                                         "--credentials", f"{KEY.access_key}:{KEY.secret_key}"],
                                        stdout=open(f"{self.data}/server.log", "w"), stderr=subprocess.STDOUT)
        self.start_seconds = wait_for(f"{self.endpoint}/_minato/health", started=started)
        return self

    def __exit__(self, *_):
        subprocess.run([ROOT / "minato", "down", "--purge", "--data", self.data], stdout=subprocess.DEVNULL, check=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        end(self.process)
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def pid(self):
        return self.process.pid

    @property
    def proxies(self):
        """Processes of its HAProxy, which is in a session of its own."""
        return [int(p.name) for p in pathlib.Path("/proc").glob("[0-9]*") if link(p / "cwd").startswith(self.data) and link(p / "exe").endswith("/haproxy")]


def link(path):
    try:
        return os.readlink(path)
    except OSError:  # It ended meanwhile.
        return ""


def end(process, patience=10):
    """Asks a process to end, and sees to it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def with_children(pid):
    found = [pid]
    for task in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += with_children(int(child))
    return found


def processor_seconds(*pids):
    """Time that processes took of any core until now."""
    ticks = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Moto:
    """The moto server, when it is on the machine (`pip install 'moto[server]'`)."""

    @staticmethod
    def available():
        return shutil.which("moto_server") is not None and subprocess.run(["moto_server", "--help"], capture_output=True).returncode == 0

    def __enter__(self):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        started = time.perf_counter()
        self.process = subprocess.Popen(["moto_server", "-H", "127.0.0.1", "-p", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.start_seconds = wait_for(f"{self.endpoint}/moto-api/data.json", started=started)
        return self

    def __exit__(self, *_):
        end(self.process)

    @property
    def pid(self):
        # pyenv's shim forks: the one that listens is what is measured.
        found = subprocess.run(["ss", "-Hltnp", f"sport = :{self.port}"], capture_output=True, text=True).stdout
        return int(found.split("pid=")[1].split(",")[0])


def client(service, endpoint, **config):
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=KEY.access_key,
                        aws_secret_access_key=KEY.secret_key, config=Config(retries={"max_attempts": 0}, max_pool_connections=32, **config))


def signed(endpoint, service, target, body):
    """Headers of a request that may be replayed while its signature lives (5 minutes)."""
    request = AWSRequest("POST", endpoint + "/", data=body, headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target})
    SigV4Auth(KEY, service, REGION).add_auth(request)
    return dict(request.headers)


def in_any_order(sides, measure):
    """What is measured of each side, in the sides' order. Who comes first is drawn: who always came after another would have its heat and its neighbours."""
    results = {}
    for i in random.sample(range(len(sides)), len(sides)):
        results[i] = measure(sides[i])
    return [results[i] for i in range(len(sides))]


def wrk(url, seconds, connections=16, headers=None, body=None, threads=1):
    """Requests a second, p50 and p99 in milliseconds, and failed answers, by wrk."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if body is not None:
            script.write(f"wrk.method = 'POST'\nwrk.body = {json.dumps(body)}\n")
        for name, value in (headers or {}).items():
            script.write(f"wrk.headers[{json.dumps(name)}] = {json.dumps(str(value))}\n")
        script.write("""
done = function(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format("RESULT %f %f %f %d\\n", summary.requests / summary.duration * 1000000, latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
""")
        script.flush()
        out = subprocess.run(["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", script.name, url], capture_output=True, text=True, check=True).stdout
    rate, p50, p99, failed = out.split("RESULT ")[1].split()[:4]
    return float(rate), float(p50), float(p99), int(failed)


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"no VmRSS for {pid}")


def median(values):
    return statistics.median(values)


def table(title, command, headers, rows, notes=()):
    lines = [f"## {title}", "", f"`{command}`", "", "| " + " | ".join(headers) + " |", "|" + "---|" * len(headers)]
    lines += ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]
    lines += [""] + [f"{note}" for note in notes] + ([""] if notes else [])
    return "\n".join(lines)


def in_process(what):
    """What bench/Minato.Bench measures, without network and disk."""
    subprocess.run(["dotnet", "build", "-c", "Release", "-p:Quick=true", "-v", "q", "--nologo", ROOT / "bench/Minato.Bench"], check=True, stdout=subprocess.DEVNULL)
    out = subprocess.run([ROOT / "bench/Minato.Bench/bin/Release/net10.0/Minato.Bench", what], check=True, capture_output=True, text=True).stdout
    return json.loads(out.splitlines()[-1])


def need(*programs):
    missing = [p for p in programs if shutil.which(p) is None]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed", file=sys.stderr)
    return not missing


class UnixHttp(http.client.HTTPConnection):
    """The Docker Engine's socket."""

    def __init__(self, path="/var/run/docker.sock"):
        super().__init__("docker", timeout=120)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)

    def call(self, method, path, body=None):
        self.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"})
        answer = self.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None
