"""RunTask to RUNNING, against the same two containers started through the Docker Engine API by hand."""
import io
import pathlib
import statistics
import tarfile
import time
import uuid

from common import Minato, UnixHttp, client, need, table

ROUNDS = 20
IMAGE = "minato-bench:1"


def load_image(docker):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(next(p for p in ("/bin/busybox", "/usr/bin/busybox") if pathlib.Path(p).exists()), "bin/busybox")
    docker.request("POST", "/images/create?fromSrc=-&repo=minato-bench&tag=1", buffer.getvalue(), {"Content-Type": "application/x-tar"})
    docker.getresponse().read()


def by_hand(docker, network):
    """A container with an address that holds the network, and one with the task's limits that joins it: what an awsvpc task is made of."""
    name = uuid.uuid4().hex
    command = {"Image": IMAGE, "Cmd": ["/bin/busybox", "sleep", "600"]}
    limits = {"Memory": 512 << 20, "CpuShares": 2, "Ulimits": [{"Name": "nofile", "Hard": 20000, "Soft": 20000}]}
    started = time.perf_counter()
    pause = docker.call("POST", f"/v1.40/containers/create?name={name}-pause", {**command, "HostConfig": {"NetworkMode": network}})["Id"]
    docker.call("POST", f"/v1.40/containers/{pause}/start")
    task = docker.call("POST", f"/v1.40/containers/create?name={name}-task", {**command, "HostConfig": {"NetworkMode": f"container:{pause}", **limits}})["Id"]
    docker.call("POST", f"/v1.40/containers/{task}/start")
    seconds = time.perf_counter() - started
    for container in (task, pause):
        docker.call("DELETE", f"/v1.40/containers/{container}?force=1")
    return seconds


def by_run_task(ecs, subnet):
    task = ecs.run_task(cluster="bench", taskDefinition="bench", launchType="FARGATE",
                        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet]}})["tasks"][0]["taskArn"]
    while True:
        found = ecs.describe_tasks(cluster="bench", tasks=[task])["tasks"][0]
        if found["lastStatus"] == "RUNNING":
            break
        if found["lastStatus"] == "STOPPED":
            raise SystemExit(f"the task stopped: {found.get('stoppedReason')}")
        time.sleep(0.25)  # The task's own clock tells; asking all the time takes the processor from the Docker Engine, which nobody does by hand.
    ecs.stop_task(cluster="bench", task=task)
    while ecs.describe_tasks(cluster="bench", tasks=[task])["tasks"][0]["lastStatus"] != "STOPPED":
        time.sleep(0.02)
    # By the task's own clock: from the request's record to all containers running.
    return (found["startedAt"] - found["createdAt"]).total_seconds()


def run():
    if not need("dockerd"):
        return None
    docker = UnixHttp()
    load_image(docker)
    with Minato() as minato:
        ecs, ec2 = client("ecs", minato.endpoint), client("ec2", minato.endpoint)
        # Before Minato has chosen a range: its network is there only when the first task is.
        network = docker.call("POST", "/v1.40/networks/create", {"Name": f"bench-{uuid.uuid4().hex[:8]}"})["Id"]
        subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
        ecs.create_cluster(clusterName="bench")
        ecs.register_task_definition(family="bench", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512", containerDefinitions=[
            {"name": "web", "image": IMAGE, "command": ["/bin/busybox", "sleep", "600"], "stopTimeout": 2}])
        try:
            by_run_task(ecs, subnet)
            by_hand(docker, network)
            pairs = [(by_run_task(ecs, subnet), by_hand(docker, network)) for _ in range(ROUNDS)]
        finally:
            docker.call("DELETE", f"/v1.40/networks/{network}")
    ours, theirs = statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)
    return table("RunTask to RUNNING", "bench/run run_task", ["", "p50", "bar"],
                 [["RunTask to RUNNING", f"{ours * 1000:.0f} ms", ""], ["the same two containers by the Docker Engine API", f"{theirs * 1000:.0f} ms", ""],
                  ["Minato's own share", f"{(ours - theirs) * 1000:.0f} ms", "≤ 30 ms"]],
                 [f"Medians of {ROUNDS} rounds, each of both in turn. By hand they have the same limits of memory, CPU and open files. The image is on the engine; RunTask still tries to pull it first, as the ECS agent does by default."])
