"""No slower with 100,000 task records than with 1,000, and at most 4 KiB each."""
from common import in_process, table

NAMES = {"describe": "DescribeTasks (any 10)", "again": "DescribeTasks (the same 10)", "plain": "peer: any 10 answers copied out of a plain dictionary", "list": "ListTasks (100)", "family": "ListTasks by family (10)"}


def run():
    found = in_process("tasks")
    rows = [[text, f"{r['few']:.1f} µs", f"{r['many']:.1f} µs", f"{r['p99']:.1f} µs", f"{r['many'] / r['few']:.2f}", ""]
            for r, text in ((found["rows"][k], text) for k, text in NAMES.items())]
    rows.append(["memory of a task record with its indexes", "", f"{found['bytes']:,} bytes", "", "", "≤ 4,096"])
    return table("Task records", "bench/run tasks", ["", "1,000 tasks, p50", "100,000 tasks, p50", "p99", "ratio", "bar"], rows,
                 ["In process, so that the network hides nothing; both in turns, medians of the turns.",
                  "Any 10 of 100,000 come from memory, the same 10 from the processor's cache. The peer, a plain dictionary, has no tree to search: what it loses with more records, the machine takes."])
