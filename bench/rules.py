"""Requests through a load balancer with twenty rules, against HAProxy and nginx alone with the same rules written by hand."""
import pathlib
import shutil
import subprocess
import tempfile

from common import Minato, client, free_port, median, need, table, wait_for, wrk
from load_balancer import DEFAULTS, HEADERS, HaProxy, through_minato

ROUNDS = 5
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

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.folder)


def run():
    if not need("wrk", "haproxy", "nginx"):
        return None
    ports = [free_port() for _ in range(3)]
    targets = HaProxy(DEFAULTS + "".join(f"frontend t{p}\n  bind 127.0.0.1:{p}\n  http-request return status 200 content-type text/plain string hello\n" for p in ports))
    by_hand, by_nginx = free_port(), free_port()
    rules = "".join(f"  use_backend b if {{ path -m beg {p[:-1]} }}\n" for p in PATHS) + "  use_backend b if { req.hdr(host),field(1,:) -i -m end .example.com }\n"
    servers = "".join(f"  server s{p} 127.0.0.1:{p}\n" for p in ports)
    alone = HaProxy(DEFAULTS + f"frontend f\n  bind 127.0.0.1:{by_hand}\n{HEADERS}{rules}  default_backend none\nbackend none\n  http-request return status 404\n"
                    + "backend b\n  balance roundrobin\n" + servers)
    nginx = Nginx(by_nginx, ports)
    try:
        wait_for(f"http://127.0.0.1:{by_hand}/{ASKED}", ok=True)
        wait_for(f"http://127.0.0.1:{by_nginx}/{ASKED}", ok=True)
        with Minato() as minato:
            urls = [with_rules(minato, ports), f"http://127.0.0.1:{by_hand}/{ASKED}", f"http://127.0.0.1:{by_nginx}/{ASKED}"]
            rounds = [[wrk(u, 4, 16) for u in urls] for _ in range(ROUNDS)]
    finally:
        nginx.stop()
        alone.stop()
        targets.stop()
    rates = [median([r[i][0] for r in rounds]) for i in range(3)]
    ratios = [median([r[0][0] / r[i][0] for r in rounds]) for i in range(3)]
    names = ["Minato's load balancer", "HAProxy, by hand", "nginx, by hand"]
    bars = ["", "≥ 0.95", "≥ 1"]
    return table("Twenty rules", "bench/run rules", ["", "requests /s", "p99", "failed", "Minato's share", "bar"],
                 [[names[i], f"{rates[i]:,.0f}", f"{median([r[i][2] for r in rounds]):.1f} ms", sum(r[i][3] for r in rounds), f"{ratios[i]:.2f}" if i else "", bars[i]] for i in range(3)],
                 [f"wrk, 16 connections, medians of {ROUNDS} rounds of 4 s each in turn, three targets, the same ones for all. Nineteen rules are about paths, one about a host; "
                  "every request is for the nineteenth. All send an ALB's headers; nginx finds its prefix in a tree, not by trying rules in turn."])
