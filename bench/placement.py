"""Tasks placed a second onto 5,000 container instances, empty and nearly full."""
from common import in_process, table


def run():
    found = in_process("placement")
    return table("Placement", "bench/run placement",
                 ["strategy", "tasks a call", "empty, tasks/s", "90 % full, tasks/s", "ratio", "bar"],
                 [[r["name"], r["count"], f"{r['empty']:,.0f}", f"{r['full']:,.0f}", f"{r['full'] / r['empty']:.2f}", "≥ 5,000/s, ≥ 0.90"] for r in found["rows"]],
                 [f"RunTask, one call after another, onto {found['Instances']:,} instances with room for 16 tasks each, in process: everything but network and disk."])
