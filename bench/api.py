"""API requests a second against the moto server, both on this machine in the same run."""
import json
import os
import tempfile
import time

from common import Minato, Moto, client, median, need, signed, table, wrk

ROUNDS = 3
SECONDS = 5
PREFIX = "AmazonEC2ContainerServiceV20141113."
TASK = {"family": "bench", "containerDefinitions": [{"name": "web", "image": "web:1", "memory": 128, "portMappings": [{"containerPort": 80}]}]}


def prepare(endpoint, services):
    ecs = client("ecs", endpoint)
    ecs.create_cluster(clusterName="bench")
    ecs.register_task_definition(**TASK)
    for i in range(services):
        ecs.create_service(cluster="bench", serviceName=f"service-{i:04}", taskDefinition="bench", desiredCount=0)


CALLS = {
    "DescribeServices (10 of 100)": {"cluster": "bench", "services": [f"service-{i:04}" for i in range(10)]},
    "ListTasks": {"cluster": "bench"},
    "RegisterTaskDefinition": TASK,
}


def disk_p99(writes=1000, size=20_000):
    """Milliseconds that one of a hundred durable writes takes at least: no durable answer can be quicker."""
    with tempfile.NamedTemporaryFile() as file:
        seconds = []
        for i in range(writes):
            os.pwrite(file.fileno(), b"x" * size, i * size)
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            seconds.append(time.perf_counter() - started)
    return sorted(seconds)[writes * 99 // 100] * 1000


def measure(endpoint):
    results = {}
    for name, body in CALLS.items():
        text = json.dumps(body)
        rounds = []
        for _ in range(ROUNDS):
            headers = signed(endpoint, "ecs", PREFIX + name.split(" ")[0], text)
            rounds.append(wrk(endpoint + "/", SECONDS, 16, headers, text))
        if any(r[3] for r in rounds):
            raise SystemExit(f"{name}: {sum(r[3] for r in rounds)} answers were errors")
        results[name] = (median([r[0] for r in rounds]), median([r[2] for r in rounds]))
    return results


def run():
    if not need("wrk"):
        return None
    with Minato() as minato:
        prepare(minato.endpoint, 100)
        ours = measure(minato.endpoint)
    theirs = {}
    if Moto.available():
        with Moto() as moto:
            prepare(moto.endpoint, 100)
            theirs = measure(moto.endpoint)
    disk = disk_p99()
    bars = {"DescribeServices (10 of 100)": 100, "ListTasks": 50, "RegisterTaskDefinition": 20}
    rows = []
    for name, (rate, p99) in ours.items():
        peer = theirs.get(name)
        rows.append([name, f"{rate:,.0f}", f"{p99:.1f} ms", f"{peer[0]:,.0f}" if peer else "not installed", f"{rate / peer[0]:.0f}×" if peer else "-", f"≥ {bars[name]}×"])
    return table("API requests a second", "bench/run api", ["operation", "Minato /s", "Minato p99", "moto server /s", "ratio", "bar"], rows,
                 ["wrk, 16 connections, one thread, medians of three rounds of 5 s; Minato verifies each signature and its writes are durable (fsync).",
                  f"The disk's own p99 for one durable write of 20 KB, by one process alone: {disk:.1f} ms."])
