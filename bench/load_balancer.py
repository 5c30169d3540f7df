"""Requests through a load balancer, against HAProxy alone with a configuration written by hand, in front of the same targets."""
import pathlib
import shutil
import subprocess
import tempfile
import time

from common import Minato, client, free_port, median, need, table, wait_for, wrk

ROUNDS = 5
DEFAULTS = "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"


class HaProxy:
    def __init__(self, text):
        self.folder = tempfile.mkdtemp(prefix="minato-bench-haproxy-")
        path = pathlib.Path(self.folder, "haproxy.cfg")
        path.write_text(text)
        self.process = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder)


def through_minato(minato, ports):
    elb, ec2 = client("elbv2", minato.endpoint), client("ec2", minato.endpoint)
    subnets = ec2.describe_subnets()["Subnets"]
    balancer = elb.create_load_balancer(Name="bench", Subnets=[s["SubnetId"] for s in subnets])["LoadBalancers"][0]
    group = elb.create_target_group(Name="bench", Protocol="HTTP", Port=80, VpcId=balancer["VpcId"], TargetType="instance", HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2)["TargetGroups"][0]
    elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}])
    host = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": host, "Port": p} for p in ports])
    while True:
        states = [t["TargetHealth"]["State"] for t in elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]]
        if states == ["healthy"] * len(ports):
            break
        time.sleep(0.1)
    return f"http://{balancer['AvailabilityZones'][0]['LoadBalancerAddresses'][0]['IpAddress']}/"


def run():
    if not need("wrk", "haproxy"):
        return None
    ports = [free_port() for _ in range(3)]
    front = free_port()
    targets = HaProxy(DEFAULTS + "".join(f"frontend t{p}\n  bind 127.0.0.1:{p}\n  http-request return status 200 content-type text/plain string hello\n" for p in ports))
    alone = HaProxy(DEFAULTS + f"frontend f\n  bind 127.0.0.1:{front}\n  option forwardfor\n  default_backend b\nbackend b\n  balance roundrobin\n"
                    + "".join(f"  server s{p} 127.0.0.1:{p}\n" for p in ports))
    try:
        wait_for(f"http://127.0.0.1:{front}/")
        with Minato() as minato:
            url = through_minato(minato, ports)
            pairs = [(wrk(url, 4, 16), wrk(f"http://127.0.0.1:{front}/", 4, 16)) for _ in range(ROUNDS)]
    finally:
        alone.stop()
        targets.stop()
    failed = sum(p[0][3] for p in pairs)
    ours, theirs = median([p[0][0] for p in pairs]), median([p[1][0] for p in pairs])
    return table("Through a load balancer", "bench/run load_balancer", ["", "requests /s", "p99", "failed"],
                 [["Minato's load balancer", f"{ours:,.0f}", f"{median([p[0][2] for p in pairs]):.1f} ms", failed],
                  ["HAProxy alone", f"{theirs:,.0f}", f"{median([p[1][2] for p in pairs]):.1f} ms", sum(p[1][3] for p in pairs)],
                  ["ratio", f"{ours / theirs:.2f} (bar ≥ 0.95)", "", ""]],
                 [f"wrk, 16 connections, medians of {ROUNDS} rounds of 4 s each in turn, three targets, the same ones for both."])
