"""First answer after start, and memory at rest."""
import time

from common import Minato, Moto, median, resident_mib, table

ROUNDS = 5


def measure(server):
    seconds, memory = [], []
    for _ in range(ROUNDS):
        with server() as s:
            seconds.append(s.start_seconds)
            time.sleep(2)
            memory.append(resident_mib(s.pid))
    return median(seconds), median(memory)


def run():
    ours = measure(Minato)
    theirs = measure(Moto) if Moto.available() else None
    rows = [["first answer", f"{ours[0]:.2f} s", f"{theirs[0]:.2f} s" if theirs else "not installed", "≤ 0.5 s"],
            ["resident, idle", f"{ours[1]:.0f} MiB", f"{theirs[1]:.0f} MiB" if theirs else "not installed", "≤ 120 MiB"]]
    return table("Start-up and memory", "bench/run startup", ["", "Minato", "moto server", "bar"], rows, [f"Medians of {ROUNDS} starts on an empty data directory."])
