"""A rehearsal as a whole command, from the shell to the last line: the control plane comes up in it, too."""
import json
import subprocess
import tempfile
import time

from common import ROOT, median, table

ROUNDS = 7


def service():
    """Ten tasks behind a load balancer, as a file that `rehearse --save` would write."""
    container = {"name": "web", "image": "web:1", "essential": True, "portMappings": [{"containerPort": 80}]}
    return {
        "service": {"serviceName": "web", "desiredCount": 10, "launchType": "FARGATE", "loadBalancers": [{"targetGroupArn": "arn:1", "containerName": "web", "containerPort": 80}],
                    "deploymentConfiguration": {"minimumHealthyPercent": 100, "maximumPercent": 200, "deploymentCircuitBreaker": {"enable": True, "rollback": True}}},
        "taskDefinition": {"family": "web", "revision": 1, "networkMode": "awsvpc", "containerDefinitions": [container]},
        "targetGroups": [{"TargetGroupArn": "arn:1", "Protocol": "HTTP", "HealthCheckPath": "/health", "HealthCheckIntervalSeconds": 10, "HealthyThresholdCount": 2}],
    }


def seconds(*command):
    started = time.perf_counter()
    subprocess.run([ROOT / "artifacts/minato/minato", *command], stdout=subprocess.DEVNULL, check=False)
    return time.perf_counter() - started


def run():
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(service(), file)
        file.flush()
        good = median([seconds("rehearse", "--from", file.name) for _ in range(ROUNDS)])
        bad = median([seconds("rehearse", "--from", file.name, "--failure-rate", "0.3") for _ in range(ROUNDS)])
    return table("A rehearsal", "bench/run rehearsal", ["ten tasks behind a load balancer", "whole command", "bar"],
                 [["a good version", f"{good:.2f} s", "≤ 1 s"], ["three of ten tasks fail their health checks", f"{bad:.2f} s", "≤ 1 s"]], [f"Medians of {ROUNDS} runs."])
