"""From a call of the API until requests meet what it changed, behind a load balancer of 100 target groups with 1,000 targets."""
import http.client
import time

from common import Minato, client, free_port, median, need, table
from load_balancer import answering

GROUPS = 100
TARGETS = 10  # Of a group.
ROUNDS = 9
NOBODY = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


def build(minato, ports):
    elb, ec2 = client("elbv2", minato.endpoint), client("ec2", minato.endpoint)
    subnets = ec2.describe_subnets()["Subnets"]
    host = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    balancer = elb.create_load_balancer(Name="wide", Subnets=[s["SubnetId"] for s in subnets])["LoadBalancers"][0]
    listener = elb.create_listener(LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="HTTP", Port=80,
                                   DefaultActions=NOBODY)["Listeners"][0]["ListenerArn"]
    groups = []
    for i in range(GROUPS):
        groups.append(elb.create_target_group(Name=f"g{i}", Protocol="HTTP", Port=80, VpcId=balancer["VpcId"], TargetType="instance")["TargetGroups"][0]["TargetGroupArn"])
        elb.register_targets(TargetGroupArn=groups[-1], Targets=[{"Id": host, "Port": p} for p in ports])
        if i < GROUPS - 1:
            elb.create_rule(ListenerArn=listener, Priority=i + 1, Conditions=[{"Field": "path-pattern", "Values": [f"/g{i}/*"]}], Actions=[{"Type": "forward", "TargetGroupArn": groups[-1]}])
    elb.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "forward", "TargetGroupArn": groups[-1]}])
    address = balancer["AvailabilityZones"][0]["LoadBalancerAddresses"][0]["IpAddress"]
    until(address, "/", 200)
    for group in groups:
        while any(t["TargetHealth"]["State"] != "healthy" for t in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]):
            time.sleep(0.1)
    return elb, listener, groups, address


def until(address, path, status, limit=30.0):
    """Seconds until a new connection is answered with this status."""
    started = time.perf_counter()
    while time.perf_counter() - started < limit:
        connection = http.client.HTTPConnection(address, 80, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == status:
                return time.perf_counter() - started
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.002)
    raise SystemExit(f"{path} was not answered with {status} within {limit} s")


def run():
    if not need("haproxy"):
        return None
    ports = [free_port() for _ in range(TARGETS)]
    rules, weights = [], []
    with answering(ports), Minato() as minato:
        elb, listener, groups, address = build(minato, ports)
        for i in range(ROUNDS):
            rule = elb.create_rule(ListenerArn=listener, Priority=1000 + i, Conditions=[{"Field": "path-pattern", "Values": [f"/new{i}"]}],
                                   Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "299"}}])["Rules"][0]["RuleArn"]
            rules.append(until(address, f"/new{i}", 299))
            time.sleep(0.5)
            elb.delete_rule(RuleArn=rule)
            until(address, f"/new{i}", 200)
        rule = elb.create_rule(ListenerArn=listener, Priority=2000, Conditions=[{"Field": "path-pattern", "Values": ["/split"]}], Actions=split(groups, 1, 0))["Rules"][0]["RuleArn"]
        until(address, "/split", 200)
        empty = elb.create_target_group(Name="empty", Protocol="HTTP", Port=80, VpcId=elb.describe_target_groups()["TargetGroups"][0]["VpcId"], TargetType="instance")["TargetGroups"][0]["TargetGroupArn"]
        pair = [groups[0], empty]
        elb.modify_listener(ListenerArn=listener, DefaultActions=NOBODY)  # It leaves a group: a hundred are as many as a load balancer may have.
        elb.modify_rule(RuleArn=rule, Actions=split(pair, 1, 0))
        time.sleep(1)
        for i in range(ROUNDS):
            elb.modify_rule(RuleArn=rule, Actions=split(pair, i % 2, 1 - i % 2))
            weights.append(until(address, "/split", 503 if i % 2 == 0 else 200))
            time.sleep(0.2)
    return table("Changes of a wide load balancer", "bench/run configuration", ["change", "p50", "longest", "bar"],
                 [["a rule (by reload)", f"{median(rules) * 1000:.0f} ms", f"{max(rules) * 1000:.0f} ms", "< 300 ms"],
                  ["weights (at run time)", f"{median(weights) * 1000:.0f} ms", f"{max(weights) * 1000:.0f} ms", "< 300 ms"]],
                 [f"From the answer of the API until a new connection meets the change: one load balancer, {GROUPS} target groups, {GROUPS * TARGETS:,} targets; {ROUNDS} changes of each kind."])


def split(groups, one, other):
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": groups[0], "Weight": one}, {"TargetGroupArn": groups[1], "Weight": other}]}}]
