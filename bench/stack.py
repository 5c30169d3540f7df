"""Seconds from CreateStack to CREATE_COMPLETE, for stacks of light resources, and what changing and deleting them takes."""
import json
import time

from common import Minato, client, median, table

ROUNDS = 3
SIZES = (50, 200)


def template(size, value):
    """Parameters, log groups, topics and alarms; every tenth resource needs the one before it, as in templates that people write."""
    resources = {}
    for i in range(size):
        kind = i % 4
        name = f"R{i:03}"
        resources[name] = [
            {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": f"{value} {i}"}},
            {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7 if value == "one" else 14}},
            {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": f"{value} {i}"}},
            {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": {"Fn::Sub": f"${{AWS::StackName}} {value} {i}"}}},
        ][kind]
        if i % 10 == 0 and i > 0:
            resources[name]["Properties"]["Description" if kind in (0, 3) else "DisplayName"] = {"Fn::Sub": f"after ${{R{i - 1:03}}}"}
            if kind == 1:
                resources[name] = {"Type": "AWS::Logs::LogGroup", "DependsOn": f"R{i - 1:03}"}
    return json.dumps({"Resources": resources})


def wait(cloudformation, stack, wanted, started):
    while True:
        status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        if status == wanted:
            return time.perf_counter() - started
        if status.endswith(("FAILED", "ROLLBACK_COMPLETE")):
            reasons = [e.get("ResourceStatusReason") for e in cloudformation.describe_stack_events(StackName=stack)["StackEvents"]]
            raise SystemExit(f"{status}: {[r for r in reasons if r][-3:]}")
        time.sleep(0.01)


def once(cloudformation, size, turn):
    name = f"stack-{size}-{turn}"
    started = time.perf_counter()
    stack = cloudformation.create_stack(StackName=name, TemplateBody=template(size, "one"))["StackId"]
    made = wait(cloudformation, stack, "CREATE_COMPLETE", started)
    started = time.perf_counter()
    cloudformation.update_stack(StackName=name, TemplateBody=template(size, "two"))
    changed = wait(cloudformation, stack, "UPDATE_COMPLETE", started)
    started = time.perf_counter()
    cloudformation.delete_stack(StackName=name)
    return made, changed, wait(cloudformation, stack, "DELETE_COMPLETE", started)


def run():
    rows = []
    with Minato() as minato:
        cloudformation = client("cloudformation", minato.endpoint)
        once(cloudformation, 10, "warm")
        for size in SIZES:
            turns = [once(cloudformation, size, turn) for turn in range(ROUNDS)]
            made, changed, deleted = (median(column) for column in zip(*turns))
            rows.append([size, f"{made:.2f} s", f"{changed:.2f} s", f"{deleted:.2f} s", "≤ 3 s to make" if size == 200 else ""])
    return table("Stacks", "bench/run stack", ["resources", "create", "update of all", "delete", "bar"], rows,
                 [f"Parameters, log groups and topics, every tenth needing the one before it; writes durable; medians of {ROUNDS} turns."])
