"""A rolling update of ten tasks on real Docker, against what cannot be had for less: their start, one health check, the drain."""
import concurrent.futures
import io
import pathlib
import statistics
import tarfile
import time
import uuid

from common import Minato, UnixHttp, client, need, table

ROUNDS = 3
TASKS = 10
INTERVAL = 5
DRAIN = 5
IMAGE = "minato-bench-web:1"
COMMAND = ["/bin/sh", "-c", "trap 'exit 0' TERM; httpd -f -p 80 -h /www & wait"]


def load_image(docker):
    """busybox that serves a page and ends when it is told to."""
    busybox = pathlib.Path(next(p for p in ("/bin/busybox", "/usr/bin/busybox") if pathlib.Path(p).exists()))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        tar.add(busybox, "bin/busybox")
        for name in ("sh", "httpd"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        page = tarfile.TarInfo("www/health")
        page.size = 3
        tar.addfile(page, io.BytesIO(b"ok\n"))
    docker.request("POST", "/images/create?fromSrc=-&repo=minato-bench-web&tag=1", buffer.getvalue(), {"Content-Type": "application/x-tar"})
    docker.getresponse().read()


def start_pair(network):
    """What an awsvpc task is made of, through the Docker Engine API."""
    docker, name = UnixHttp(), uuid.uuid4().hex
    pause = docker.call("POST", f"/v1.40/containers/create?name={name}-pause", {"Image": IMAGE, "Cmd": ["/bin/busybox", "sleep", "600"], "HostConfig": {"NetworkMode": network}})["Id"]
    docker.call("POST", f"/v1.40/containers/{pause}/start")
    task = docker.call("POST", f"/v1.40/containers/create?name={name}-task", {"Image": IMAGE, "Cmd": COMMAND, "HostConfig": {"NetworkMode": f"container:{pause}"}})["Id"]
    docker.call("POST", f"/v1.40/containers/{task}/start")
    return task, pause


def by_hand(docker, network):
    """Seconds until as many such pairs run, all started at once."""
    with concurrent.futures.ThreadPoolExecutor(TASKS) as pool:
        started = time.perf_counter()
        pairs = list(pool.map(lambda _: start_pair(network), range(TASKS)))
        seconds = time.perf_counter() - started
        list(pool.map(lambda c: UnixHttp().call("DELETE", f"/v1.40/containers/{c}?force=1"), [c for pair in pairs for c in pair]))
    return seconds


class Web:
    """A service of ten tasks behind a load balancer."""

    def __init__(self, minato):
        self.ecs, elb, ec2 = (client(s, minato.endpoint) for s in ("ecs", "elbv2", "ec2"))
        subnets = ec2.describe_subnets()["Subnets"]
        ids = [s["SubnetId"] for s in subnets]
        balancer = elb.create_load_balancer(Name="bench", Subnets=ids)["LoadBalancers"][0]["LoadBalancerArn"]
        group = elb.create_target_group(Name="bench", Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="ip", HealthCheckPath="/health",
                                        HealthCheckIntervalSeconds=INTERVAL, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2)["TargetGroups"][0]["TargetGroupArn"]
        elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": str(DRAIN)}])
        elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
        self.ecs.create_cluster(clusterName="bench")
        self.ecs.create_service(cluster="bench", serviceName="web", taskDefinition=self.define(0), desiredCount=TASKS, launchType="FARGATE",
                                networkConfiguration={"awsvpcConfiguration": {"subnets": ids}}, loadBalancers=[{"targetGroupArn": group, "containerName": "web", "containerPort": 80}],
                                deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 200})
        self.wait()

    def define(self, version):
        return self.ecs.register_task_definition(family="bench", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512", containerDefinitions=[
            {"name": "web", "image": IMAGE, "command": COMMAND, "portMappings": [{"containerPort": 80}], "environment": [{"name": "VERSION", "value": str(version)}]}
        ])["taskDefinition"]["taskDefinitionArn"]

    def wait(self):
        while True:
            service = self.ecs.describe_services(cluster="bench", services=["web"])["services"][0]
            if len(service["deployments"]) == 1 and service["deployments"][0]["rolloutState"] == "COMPLETED" and service["runningCount"] == TASKS:
                return
            time.sleep(0.02)

    def roll(self, version):
        definition = self.define(version)
        started = time.perf_counter()
        self.ecs.update_service(cluster="bench", service="web", taskDefinition=definition)
        self.wait()
        return time.perf_counter() - started


def run():
    if not need("dockerd", "haproxy"):
        return None
    docker = UnixHttp()
    load_image(docker)
    network = docker.call("POST", "/v1.40/networks/create", {"Name": f"bench-{uuid.uuid4().hex[:8]}"})["Id"]
    try:
        with Minato() as minato:
            web = Web(minato)
            rounds = [(web.roll(i + 1), by_hand(docker, network)) for i in range(ROUNDS)]
    finally:
        docker.call("DELETE", f"/v1.40/networks/{network}")
    ours, start = statistics.median(r[0] for r in rounds), statistics.median(r[1] for r in rounds)
    path = start + INTERVAL + DRAIN
    return table("A rolling update of ten tasks", "bench/run rolling_update", ["", "seconds", "bar"],
                 [["UpdateService to the old tasks gone", f"{ours:.1f}", ""], ["ten tasks' containers by the Docker Engine API, all at once", f"{start:.1f}", ""],
                  ["health interval", f"{INTERVAL}", ""], ["drain (deregistration delay)", f"{DRAIN}", ""],
                  ["against the three together", f"{ours / path:.2f}", "≤ 1.3"]],
                 [f"Medians of {ROUNDS} rounds, each of both in turn; 100/200 %, a load balancer in front, all ten tasks at once. Stopping the old containers is in our number and not in the path."])
