"""DNS answers a second, and how long one takes, for a zone of 10,000 records with every kind of question."""
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

from common import Minato, client, end, free_port, need, processor_seconds, table

RECORDS = 9_900
SECONDS = 10
PACED = 20_000
# Answers every question with itself: how long a question takes on this machine when nobody looks anything up.
ECHO = """import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", int(sys.argv[1])))
while True:
    packet, asker = s.recvfrom(512)
    s.sendto(packet[:2] + bytes([packet[2] | 0x80]) + packet[3:], asker)
"""


def fill(minato):
    route53 = client("route53", minato.endpoint)
    zone = route53.create_hosted_zone(Name="bench.example", CallerReference="bench")["HostedZone"]["Id"]

    def change(sets):
        return route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": s} for s in sets]})

    def a(name, value, **more):
        return {"Name": f"{name}.bench.example", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}], **more}

    started = time.perf_counter()
    for first in range(0, RECORDS, 900):
        last = change([a(f"host{i}", f"10.0.{i // 250}.{i % 250}") for i in range(first, min(first + 900, RECORDS))])
    change([a("weighted", "10.1.0.1", SetIdentifier="old", Weight=90), a("weighted", "10.1.0.2", SetIdentifier="new", Weight=10), a("*.wild", "10.1.0.3"),
            {"Name": "alias.bench.example", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "host1.bench.example"}]}])
    while route53.get_change(Id=last["ChangeInfo"]["Id"])["ChangeInfo"]["Status"] != "INSYNC":
        time.sleep(0.002)
    return time.perf_counter() - started


def questions(path):
    chance = random.Random(1)
    with open(path, "w") as out:
        for _ in range(20_000):
            kind = chance.random()
            name = (f"host{chance.randrange(RECORDS)}" if kind < 0.7 else "weighted" if kind < 0.8 else f"x{chance.randrange(1000)}.wild" if kind < 0.9
                    else "alias" if kind < 0.95 else f"none{chance.randrange(1000)}")
            out.write(f"{name}.bench.example A\n")


def ask(port, path, *more):
    """Answers a second, p99 in milliseconds (only with -v, which tells of each), and lost questions, by dnsperf."""
    with tempfile.TemporaryFile("w+") as out:  # Not a pipe: its reader would want a core of its own.
        subprocess.run(["dnsperf", "-s", "127.0.0.1", "-p", str(port), "-d", path, "-l", str(SECONDS), *more], stdout=out, check=True)
        out.seek(0)
        said = out.read()
    rate = float(re.search(r"Queries per second:\s+([\d.]+)", said)[1])
    lost = int(re.search(r"Queries lost:\s+(\d+)", said)[1])
    times = sorted(float(line.rsplit(" ", 1)[1]) for line in said.splitlines() if line.startswith("> "))
    return rate, times[int(len(times) * 0.99)] * 1000 if times else None, lost


def run():
    if not need("dnsperf"):
        return None
    with Minato() as minato, tempfile.TemporaryDirectory() as folder:
        port = json.loads(pathlib.Path(minato.data, "installation.json").read_text())["DnsPort"]
        filled = fill(minato)
        path = f"{folder}/questions"
        questions(path)
        ask(port, path)  # Warm: the JIT has seen every path.
        before, started = processor_seconds(minato.pid), time.perf_counter()
        rate, _, lost = ask(port, path, "-q", "64")
        cores = (processor_seconds(minato.pid) - before) / (time.perf_counter() - started)
        paced, p99, lost_paced = ask(port, path, "-v", "-Q", str(PACED))
        echo = free_port()
        bare = subprocess.Popen([sys.executable, "-c", ECHO, str(echo)])
        try:
            time.sleep(0.5)
            floor = ask(echo, path, "-v", "-Q", str(PACED))[1]
        finally:
            end(bare)
    return table("DNS", "bench/run dns", ["measure", "result", "bar"],
                 [["answers a second, as many as it can", f"{rate:,.0f} ({cores:.2f} cores, {rate / cores:,.0f} a core; {lost} lost)", "≥ 50,000 from one core"],
                  [f"p99 at {paced:,.0f} questions a second", f"{p99:.2f} ms ({lost_paced} lost)", "< 2 ms"],
                  ["the same of a bare echo", f"{floor:.2f} ms", "–"],
                  [f"{RECORDS:,} records through the API until they are answered", f"{filled:.2f} s", "–"]],
                 [f"dnsperf over UDP for {SECONDS} s on the same machine; 70 % plain names, 10 % weighted, 10 % wildcard, 5 % CNAME, 5 % that do not exist."])
