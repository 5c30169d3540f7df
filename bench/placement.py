"""Tasks placed a second onto 5,000 container instances, nearly empty and nearly full, in turns."""
from common import in_process, table


def run():
    found = in_process("placement")
    return table("Placement", "bench/run placement",
                 ["strategy", "tasks a call", "empty, tasks/s", "90 % full, tasks/s", "ratio", "lowest to highest", "bar"],
                 [[r["name"], r["count"], f"{r['empty']:,.0f}", f"{r['full']:,.0f}", f"{r['ratio']:.2f}", f"{r['least']:.2f} to {r['most']:.2f}", "" if r["name"].startswith("peer") else "≥ 5,000/s, ≥ 0.90"]
                  for r in found["rows"]],
                 [f"RunTask, one call after another, onto {found['Instances']:,} instances with room for 16 tasks each, in process: everything but network and disk.",
                  f"Two fleets take {found['Turns']} turns of {found['OfATurn']} tasks each, garbage collected before each turn; medians of the turns, and of the ratios of two turns in a row.",
                  "The peer adds a record to eight plain dictionaries of as many records: it knows no instances, and what it loses with more records is the machine's cache."])
