"""No slower with 5,000 services than with 5."""
import json

from common import Minato, client, median, need, signed, table, wrk

PREFIX = "AmazonEC2ContainerServiceV20141113."


def rate(endpoint, operation, body):
    text = json.dumps(body)
    return median([wrk(endpoint + "/", 4, 16, signed(endpoint, "ecs", PREFIX + operation, text), text)[0] for _ in range(3)])


def measure(endpoint):
    five = [f"service-{i:04}" for i in range(5)]
    return {
        "DescribeServices (5)": rate(endpoint, "DescribeServices", {"cluster": "bench", "services": five}),
        "ListServices": rate(endpoint, "ListServices", {"cluster": "bench", "maxResults": 5}),
        "ListTasks": rate(endpoint, "ListTasks", {"cluster": "bench"}),
    }


def run():
    if not need("wrk"):
        return None
    with Minato() as minato:
        ecs = client("ecs", minato.endpoint)
        ecs.create_cluster(clusterName="bench")
        ecs.register_task_definition(family="bench", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 128}])
        for i in range(5):
            ecs.create_service(cluster="bench", serviceName=f"service-{i:04}", taskDefinition="bench", desiredCount=0)
        few = measure(minato.endpoint)
        for i in range(5, 5000):
            ecs.create_service(cluster="bench", serviceName=f"service-{i:04}", taskDefinition="bench", desiredCount=0)
        many = measure(minato.endpoint)
    return table("Growth: 5 and 5,000 services", "bench/run growth", ["operation", "5 services, /s", "5,000 services, /s", "ratio", "bar"],
                 [[k, f"{few[k]:,.0f}", f"{many[k]:,.0f}", f"{many[k] / few[k]:.2f}", "0.8 to 1.2"] for k in few])
