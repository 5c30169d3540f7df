#!/usr/bin/python3
"""Round trips of one operation a protocol through boto3, against the endpoint that Minato.Conformance.Tests starts.

    boto.py --endpoint URL --region R --key ID:SECRET [--seed 1] [--rounds 4]

Exit code 77: boto3 is not installed. What this boto3's own models do not know is left out and counted.
"""
import argparse
import base64
import datetime
import json
import os
import subprocess
import sys
import urllib.request

try:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError:
    print("boto3 is not installed.")
    sys.exit(77)

# Service, what boto3 calls it, operation, its Python name.
OPERATIONS = [
    ("ecs", "ecs", "RegisterTaskDefinition", "register_task_definition"),
    ("elastic-load-balancing-v2", "elbv2", "CreateTargetGroup", "create_target_group"),
    ("cloudwatch", "cloudwatch", "DescribeAlarms", "describe_alarms"),
    ("ec2", "ec2", "AuthorizeSecurityGroupIngress", "authorize_security_group_ingress"),
    ("scheduler", "scheduler", "CreateSchedule", "create_schedule"),
    ("scheduler", "scheduler", "GetSchedule", "get_schedule"),
    ("route-53", "route53", "ChangeResourceRecordSets", "change_resource_record_sets"),
    ("route-53", "route53", "CreateHealthCheck", "create_health_check"),
]


class Side:
    """The side channel, and a client whose calls belong to an exchange."""

    def __init__(self, options):
        self.options, self.count, self.id = options, 0, None

    def client(self, name):
        key, secret = self.options.key.split(":")
        client = boto3.client(
            name, endpoint_url=self.options.endpoint, region_name=self.options.region, aws_access_key_id=key, aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 0}, inject_host_prefix=False))
        client.meta.events.register("before-sign.*", lambda request, **_: request.headers.add_header("x-conformance-id", self.id))
        return client

    def tell(self, told):
        self.count += 1
        self.id = f"boto-{os.getpid()}-{self.count}"
        self.ask(json.dumps(told).encode())

    def ask(self, data=None):
        with urllib.request.urlopen(f"{self.options.endpoint.rstrip('/')}/_exchange/{self.id}", data=data) as response:
            return response.read()


class Known:
    """Takes from a tree what boto3's own model knows, in the types boto3 uses."""

    def __init__(self):
        self.unknown = set()

    def members(self, shape, tree):
        python, known = {}, {}
        for name, value in tree.items():
            if shape is None or name not in shape.members:
                self.unknown.add(f"{shape.name if shape else '(nothing)'}.{name}")
            else:
                python[name], known[name] = self.value(shape.members[name], value)
        return python, known

    def value(self, shape, value):
        kind = shape.type_name
        if kind == "structure" and not getattr(shape, "is_document_type", False):
            return self.members(shape, value)
        if kind == "list":
            items = [self.value(shape.member, v) for v in value]
            return [i[0] for i in items], [i[1] for i in items]
        if kind == "map":
            entries = {k: self.value(shape.value, v) for k, v in value.items()}
            return {k: v[0] for k, v in entries.items()}, {k: v[1] for k, v in entries.items()}
        if kind == "timestamp":
            return datetime.datetime.fromtimestamp(value, datetime.timezone.utc), value
        if kind == "blob":
            return base64.b64decode(value), value
        if kind in ("double", "float"):
            return float(value), value
        return value, value


def differences(meant, came, path=""):
    if isinstance(meant, dict) and isinstance(came, dict):
        for name in sorted({*meant, *came}):
            yield from differences(meant.get(name), came.get(name), f"{path}.{name}".lstrip("."))
    elif isinstance(meant, list) and isinstance(came, list) and len(meant) == len(came):
        for i, (m, c) in enumerate(zip(meant, came)):
            yield from differences(m, c, f"{path}[{i}]")
    elif meant != came and not (meant != meant and came != came):
        yield path or "(all)", meant, came


def trees(service, operation, options):
    command = ["node", "trees.mjs", "--service", service, "--operation", operation, "--seed", options.seed, "--rounds", options.rounds]
    return json.loads(subprocess.run(command, check=True, capture_output=True, cwd=os.path.dirname(os.path.abspath(__file__))).stdout)


def run(side, service, name, operation, method, options):
    client = side.client(name)
    shapes = client.meta.service_model.operation_model(operation)
    protocol = client.meta.service_model.metadata["protocol"]
    made, known, found = trees(service, operation, options), Known(), []

    def call(request, told):
        side.tell(told)
        try:
            return getattr(client, method)(**request), None
        except ClientError as error:
            return error.response, error.response["Error"]

    for number, tree in enumerate(made["rounds"]):
        if "HostedZoneId" in tree["input"]:
            # boto3 takes the last part of a path for the id.
            tree["input"]["HostedZoneId"] = tree["input"]["HostedZoneId"].split("/")[-1] or "Z1"
        request, sent = known.members(shapes.input_shape, tree["input"])
        expected, _ = known.members(shapes.output_shape, tree["output"])
        answer, error = call(request, {"answer": tree["output"]})
        received = json.loads(side.ask())
        if error:
            found.append((number, "call", "(all)", sent, f"{error} {received['fault']}"))
            continue
        answer.pop("ResponseMetadata")
        found += [(number, "request", *d) for d in differences(sent, received["received"])]
        found += [(number, "answer", *d) for d in differences(expected, answer)]

    if made["errors"]:
        error = made["errors"][0]
        told = {"shape": error["shape"], "message": "It <failed> & \"é漢\"", "members": {}, "status": error.get("httpStatusCode", 400)}
        answer, came = call(known.members(shapes.input_shape, made["rounds"][-1]["input"])[0], {"error": told})
        side.ask()
        wanted = {"Code": error.get("code", error["shape"]), "Message": told["message"]}
        found += [("error", "error", *d) for d in differences(wanted, {k: (came or {}).get(k) for k in wanted})]
        if answer["ResponseMetadata"]["HTTPStatusCode"] != told["status"]:
            found.append(("error", "error", "(status)", told["status"], answer["ResponseMetadata"]["HTTPStatusCode"]))
    print(f"boto3 {boto3.__version__} {service} ({protocol}) {operation}: {len(made['rounds']) + bool(made['errors'])} round trips, {len(found)} differences"
          + (f", {len(known.unknown)} members unknown to boto3" if known.unknown else ""))
    for number, direction, path, meant, came in found[:20]:
        print(f"\n  {operation} {direction} at {path} (seed {options.seed}, round {number})\n    meant: {str(meant)[:400]}\n    came:  {str(came)[:400]}")
    return len(found)


def main():
    parser = argparse.ArgumentParser()
    for name, default in (("endpoint", None), ("region", "eu-west-1"), ("key", None), ("seed", "1"), ("rounds", "4")):
        parser.add_argument(f"--{name}", default=default, required=default is None)
    options = parser.parse_args()
    side = Side(options)
    found = sum(run(side, *operation, options) for operation in OPERATIONS)
    print("Not tried with boto3: awsJson 1.0 and CBOR, which Debian's boto3 speaks to none of the services imported here.")
    sys.exit(1 if found else 0)


main()
