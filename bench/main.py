import importlib
import os
import pathlib
import platform
import signal
import sys
import traceback

ALL = ["api", "growth", "startup", "run_task", "rolling_update", "load_balancer", "rules", "configuration", "dns", "placement", "policies", "stack", "tasks", "scan", "rehearsal", "registry", "s3"]
results = pathlib.Path(__file__).with_name("RESULTS.md")


def sections():
    """What RESULTS.md has by now, so that a run of some comparisons keeps the others."""
    if not results.exists():
        return {}
    parts = results.read_text().split("\n## ")[1:]
    return {p.split("`bench/run ")[1].split("`")[0]: "## " + p.rstrip() + "\n" for p in parts}


def write(found):
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    head = f"# Results\n\nMeasured on a shared machine with {os.cpu_count()} cores ({cpu}). Ratios within one run count; the absolute numbers move with the neighbours.\n\n"
    results.write_text(head + "\n".join(found[n] for n in ALL if n in found))


# Whoever ends it from outside ends all that it started, too.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
found = sections()
failed = []
for name in sys.argv[1:] or ALL:
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        text = importlib.import_module(name).run()
    except (Exception, SystemExit) as e:  # One that breaks keeps no other from its table.
        if isinstance(e, SystemExit) and e.code == 143:
            raise
        traceback.print_exc()
        failed.append(name)
        continue
    if text:
        found[name] = text
        print(text, flush=True)
        write(found)
if failed:
    raise SystemExit(f"broken: {', '.join(failed)}")
