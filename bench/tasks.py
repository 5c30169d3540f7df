"""No slower with 100,000 task records than with 1,000, and at most 4 KiB each."""
from common import in_process, table

NAMES = {"describe": "DescribeTasks (10)", "list": "ListTasks (100)", "family": "ListTasks by family (10)"}


def run():
    found = in_process("tasks")
    few, many = found["few"], found["many"]
    rows = [[text, f"{few[k]['p50']:.0f} µs", f"{many[k]['p50']:.0f} µs", f"{many[k]['p99']:.0f} µs", f"{many[k]['p50'] / few[k]['p50']:.2f}", ""] for k, text in NAMES.items()]
    rows.append(["memory of a task record with its indexes", "", f"{found['bytes']:,} bytes", "", "", "≤ 4,096"])
    return table("Task records", "bench/run tasks", ["", "1,000 tasks, p50", "100,000 tasks, p50", "p99", "ratio", "bar"], rows,
                 ["In process, so that the network hides nothing."])
