"""Requests through a load balancer, against HAProxy alone with a configuration written by hand, in front of the same targets."""
import pathlib
import shutil
import subprocess
import tempfile
import time

from common import Minato, client, end, free_port, in_any_order, median, need, table, wait_for, wrk

ROUNDS = 9
DEFAULTS = "defaults\n  mode http\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\n"
TARGET = "  http-request return status 200 content-type text/plain string hello\n"
# What a person writes who wants from HAProxy what an Application Load Balancer tells a target.
HEADERS = """  option forwardfor
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Port %[dst_port]
  unique-id-format Root=1-%{+X}Ts-%[rand,hex]%[rand,hex]
  unique-id-header X-Amzn-Trace-Id
"""


class HaProxy:
    def __init__(self, text):
        self.folder = tempfile.mkdtemp(prefix="minato-bench-haproxy-")
        path = pathlib.Path(self.folder, "haproxy.cfg")
        path.write_text(text)
        # In a session of its own, as a supervised one is: the kernel shares out the cores by session (autogroup), and a peer in the session of wrk
        # and of the targets would get another share than Minato's.
        self.process = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)
        shutil.rmtree(self.folder)


def answering(ports):
    """Targets that answer at once, and are no one's bottleneck."""
    return HaProxy(DEFAULTS + "".join(f"frontend t{p}\n  bind 127.0.0.1:{p}\n{TARGET}" for p in ports))


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
    servers = "".join(f"  server s{p} 127.0.0.1:{p}\n" for p in ports)
    bare, equal = free_port(), free_port()
    by_hand = (DEFAULTS + f"frontend bare\n  bind 127.0.0.1:{bare}\n  option forwardfor\n  default_backend b\n"
               + f"frontend equal\n  bind 127.0.0.1:{equal}\n{HEADERS}  default_backend b\nbackend b\n  balance roundrobin\n" + servers)
    with answering(ports), HaProxy(by_hand), Minato() as minato:
        wait_for(f"http://127.0.0.1:{bare}/")
        url = through_minato(minato, ports)
        wait_for(url, ok=True)
        urls = [url, f"http://127.0.0.1:{equal}/", f"http://127.0.0.1:{bare}/"]
        rounds = [in_any_order(urls, lambda u: wrk(u, 4, 16)) for _ in range(ROUNDS)]
    rates = [median([r[i][0] for r in rounds]) for i in range(3)]
    ratios = [median([r[0][0] / r[i][0] for r in rounds]) for i in range(3)]
    names = ["Minato's load balancer", "HAProxy, by hand, with an ALB's headers", "HAProxy, by hand, bare"]
    bars = ["", "≥ 0.95", ""]
    return table("Through a load balancer", "bench/run load_balancer", ["", "requests /s", "p99", "failed", "Minato's share", "bar"],
                 [[names[i], f"{rates[i]:,.0f}", f"{median([r[i][2] for r in rounds]):.1f} ms", sum(r[i][3] for r in rounds), f"{ratios[i]:.2f}" if i else "", bars[i]] for i in range(3)],
                 [f"wrk, 16 connections, medians of {ROUNDS} rounds of 4 s each, in an order drawn anew for each round, three targets, the same ones for all. An ALB's headers are "
                  "X-Forwarded-For, -Proto and -Port and X-Amzn-Trace-Id; bare is X-Forwarded-For alone. Every HAProxy is in a session of its own."])
