"""Microseconds that policies take to decide, for a set of twenty statements."""
from common import in_process, table


def run():
    found = in_process("policies")
    return table("Policies", "bench/run policies",
                 ["what", "µs", "lowest to highest", "bar"],
                 [[r["name"], f"{r['microseconds']:.2f}", f"{r['least']:.2f} to {r['most']:.2f}", "≤ 5 µs" if r["name"].startswith("evaluation") else ""] for r in found["rows"]],
                 [f"A policy of {found['Statements']} statements with three patterns each, in process; medians of seven turns of 200,000 decisions."])
