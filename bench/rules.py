"""Requests through a load balancer with twenty rules, against HAProxy and nginx alone with the same rules written by hand."""
import contextlib
import pathlib
import shutil
import subprocess
import tempfile
import time

from common import Minato, client, end, free_port, in_any_order, median, need, processor_seconds, table, wait_for, with_children, wrk
from load_balancer import DEFAULTS, HEADERS, HaProxy, answering, through_minato

ROUNDS = 9
SECONDS = 4
PATHS = [f"/service{i}/*" for i in range(19)]
ASKED = "service18/items"  # The nineteenth rule; the twentieth is about a host.


def with_rules(minato, ports):
    """The load balancer of the other comparison, whose default is an error here: every request has to find its rule."""
    url = through_minato(minato, ports)
    elb = client("elbv2", minato.endpoint)
    listener = elb.describe_listeners(LoadBalancerArn=elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"])["Listeners"][0]["ListenerArn"]
    group = elb.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_rule(ListenerArn=listener, Priority=20, Conditions=[{"Field": "host-header", "Values": ["*.example.com"]}], Actions=forward)
    for i, path in enumerate(PATHS):
        elb.create_rule(ListenerArn=listener, Priority=i + 1, Conditions=[{"Field": "path-pattern", "Values": [path]}], Actions=forward)
    elb.modify_listener(ListenerArn=listener, DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}])
    wait_for(url + ASKED, ok=True)
    return url + ASKED


class Nginx:
    def __init__(self, port, ports):
        self.folder = tempfile.mkdtemp(prefix="minato-bench-nginx-")
        rules = "".join(f"    location ^~ {p[:-1]} {{ proxy_pass http://targets; }}\n" for p in PATHS)
        pathlib.Path(self.folder, "nginx.conf").write_text(f"""daemon off; master_process on; worker_processes auto; pid {self.folder}/pid; error_log /dev/null;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000;
  upstream targets {{ {"".join(f"server 127.0.0.1:{p}; " for p in ports)} keepalive 64; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port};
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Forwarded-Port $server_port; proxy_set_header X-Amzn-Trace-Id Root=1-$request_id;
{rules}    location / {{ return 404; }}
  }}
}}
""")
        self.process = subprocess.Popen(["nginx", "-c", f"{self.folder}/nginx.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        end(self.process)
        shutil.rmtree(self.folder)


def by_hand(port, ports):
    rules = "".join(f"  use_backend b if {{ path -m beg {p[:-1]} }}\n" for p in PATHS) + "  use_backend b if { req.hdr(host),field(1,:) -i -m end .example.com }\n"
    servers = "".join(f"  server s{p} 127.0.0.1:{p}\n" for p in ports)
    return HaProxy(DEFAULTS + f"frontend f\n  bind 127.0.0.1:{port}\n{HEADERS}{rules}  default_backend none\nbackend none\n  http-request return status 404\n"
                   + "backend b\n  balance roundrobin\n" + servers)


def ask(url, pids):
    """What wrk says, and the processor time a request took of the proxy: neighbours change the first far more than the second."""
    before = processor_seconds(*pids)
    rate, p50, p99, failed = wrk(url, SECONDS, 16)
    return rate, p99, failed, (processor_seconds(*pids) - before) / (rate * SECONDS) * 1e6


def run():
    if not need("wrk", "haproxy"):
        return None
    ports = [free_port() for _ in range(3)]
    with contextlib.ExitStack() as stack:
        stack.enter_context(answering(ports))
        port = free_port()
        alone = stack.enter_context(by_hand(port, ports))
        peers = [("HAProxy, by hand", "≥ 0.95", f"http://127.0.0.1:{port}/{ASKED}", [alone.process.pid])]
        if need("nginx"):
            port = free_port()
            nginx = stack.enter_context(Nginx(port, ports))
            peers.append(("nginx, by hand", "≥ 1", f"http://127.0.0.1:{port}/{ASKED}", None))
        for _, _, url, _ in peers:
            wait_for(url, ok=True)
        minato = stack.enter_context(Minato())
        ours = ("Minato's load balancer", "", with_rules(minato, ports), None)
        time.sleep(2)  # Workers of configurations before the last one are gone.
        sides = [ours[:3] + (minato.proxies,)] + [p if p[3] else p[:3] + (with_children(nginx.process.pid),) for p in peers]
        rounds = [in_any_order(sides, lambda side: ask(*side[2:])) for _ in range(ROUNDS)]
    rows = []
    for i, (name, bar, _, _) in enumerate(sides):
        rate, p99, _, cost = (median([r[i][k] for r in rounds]) for k in range(4))
        share = f"{median([r[0][0] / r[i][0] for r in rounds]):.2f}" if i else ""
        rows.append([name, f"{rate:,.0f}", f"{p99:.1f} ms", sum(r[i][2] for r in rounds), f"{cost:.1f} µs", share, bar])
    if len(sides) < 3:
        rows.append(["nginx, by hand", "not installed", "", "", "", "", "≥ 1"])
    return table("Twenty rules", "bench/run rules", ["", "requests /s", "p99", "failed", "processor a request", "Minato's share", "bar"], rows,
                 [f"wrk, 16 connections, medians of {ROUNDS} rounds of {SECONDS} s each, in an order drawn anew for each round, three targets, the same ones for all. Nineteen rules are about paths, one about a host; "
                  "every request is for the nineteenth. All send an ALB's headers; nginx finds its prefix in a tree, not by trying rules in turn.",
                  "Processor a request is the proxy's own time, user and kernel; the share is that of requests a second."])
