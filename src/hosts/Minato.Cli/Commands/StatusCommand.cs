using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Commands;

/// <summary>What runs: engines, clusters, services, load balancers.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var command = new Command("status", "Shows what runs: engines, clusters, services, load balancers.");
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var report = await CollectAsync(minato, ct);
        if (parsed.GetValue(Options.Json)) Screen.Json(report);
        else Print(report);
        return 0;
    }

    private static async Task<JsonObject> CollectAsync(MinatoClient minato, CancellationToken ct)
    {
        var services = new JsonArray();
        var clusters = new JsonArray();
        foreach (var cluster in await minato.ClustersAsync(ct))
        {
            clusters.Add(new JsonObject { ["name"] = cluster.ClusterName, ["runningTasks"] = cluster.RunningTasksCount, ["pendingTasks"] = cluster.PendingTasksCount });
            foreach (var service in await minato.ServicesAsync(cluster.ClusterName ?? "", ct)) services.Add(Describe(cluster, service));
        }
        var status = await minato.StatusAsync(ct);
        return new()
        {
            ["endpoint"] = minato.Endpoint.ToString().TrimEnd('/'), ["account"] = minato.Caller.AccountId, ["region"] = minato.Caller.Region,
            ["containerEngine"] = status["containerEngine"]?.DeepClone(), ["dns"] = status["dns"]?.DeepClone(), ["clusters"] = clusters, ["services"] = services, ["loadBalancers"] = await LoadBalancersAsync(minato, ct),
        };
    }

    private static JsonObject Describe(Cluster cluster, Service service)
    {
        var primary = (service.Deployments ?? []).FirstOrDefault(d => d.Status is "PRIMARY");
        return new()
        {
            ["cluster"] = cluster.ClusterName, ["service"] = service.ServiceName, ["status"] = service.Status, ["desired"] = service.DesiredCount,
            ["running"] = service.RunningCount, ["pending"] = service.PendingCount, ["taskDefinition"] = service.TaskDefinition?.Split('/')[^1],
            ["rollout"] = primary?.RolloutState?.ToWire(), ["reason"] = primary?.RolloutStateReason,
            ["lastEvent"] = (service.Events ?? []).FirstOrDefault()?.Message,
        };
    }

    private static async Task<JsonArray> LoadBalancersAsync(MinatoClient minato, CancellationToken ct)
    {
        var rows = new JsonArray();
        foreach (var balancer in (await minato.Elb.DescribeLoadBalancersAsync(new(), minato.Caller, ct)).LoadBalancers ?? [])
        {
            var listeners = (await minato.Elb.DescribeListenersAsync(new() { LoadBalancerArn = balancer.LoadBalancerArn }, minato.Caller, ct)).Listeners ?? [];
            var (healthy, all) = await minato.TargetsAsync(balancer.LoadBalancerArn ?? "", ct);
            var address = (balancer.AvailabilityZones ?? []).SelectMany(z => z.LoadBalancerAddresses ?? []).FirstOrDefault()?.IpAddress;
            rows.Add(new JsonObject
            {
                ["name"] = balancer.LoadBalancerName, ["state"] = balancer.State?.Code is { } code ? Contracts.ElasticLoadBalancingV2.LoadBalancerStateEnumExtensions.ToWire(code) : null,
                ["reason"] = balancer.State?.Reason, ["dnsName"] = balancer.DNSName,
                ["urls"] = new JsonArray([.. listeners.Select(l => (JsonNode?)$"{Scheme(l)}://{address}:{l.Port}")]), ["healthyTargets"] = healthy, ["targets"] = all,
            });
        }
        return rows;
    }

    private static string Scheme(Contracts.ElasticLoadBalancingV2.Listener listener) => listener.Protocol is { } protocol
        ? Contracts.ElasticLoadBalancingV2.ProtocolEnumExtensions.ToWire(protocol).ToLowerInvariant() : "http";

    private static void Print(JsonObject report)
    {
        Screen.Line($"{report["endpoint"]}  account {report["account"]}  region {report["region"]}");
        var engine = report["containerEngine"];
        Screen.Line(engine?["up"]?.GetValue<bool>() is true ? $"Docker Engine {engine["version"]}" : $"Docker Engine is away: {engine?["advice"]}");
        var dns = report["dns"];
        Screen.Line(dns?["endpoint"] is { } at ? $"DNS answers at {at}: dig @127.0.0.1 -p {$"{at}".Split(':')[^1]} NAME" : $"DNS does not answer: {dns?["trouble"]}");
        Section(report, "clusters", ["CLUSTER", "RUNNING", "PENDING"], c => [$"{c["name"]}", $"{c["runningTasks"]}", $"{c["pendingTasks"]}"]);
        Section(report, "services", ["SERVICE", "STATUS", "RUNNING", "PENDING", "DESIRED", "TASK DEFINITION", "ROLLOUT"],
            s => [$"{s["cluster"]}/{s["service"]}", $"{s["status"]}", $"{s["running"]}", $"{s["pending"]}", $"{s["desired"]}", $"{s["taskDefinition"]}", $"{s["rollout"]}"]);
        Section(report, "loadBalancers", ["LOAD BALANCER", "STATE", "HEALTHY", "URL"],
            l => [$"{l["name"]}", Standing(l), $"{l["healthyTargets"]}/{l["targets"]}", string.Join(' ', l["urls"]?.AsArray().Select(u => $"{u}") ?? [])]);
    }

    private static string Standing(JsonNode balancer) => $"{balancer["reason"]}" is { Length: > 0 } reason ? $"{balancer["state"]}: {reason}" : $"{balancer["state"]}";

    private static void Section(JsonObject report, string name, string[] headers, Func<JsonNode, string[]> row)
    {
        var rows = report[name]?.AsArray().OfType<JsonNode>().Select(row).ToArray() ?? [];
        Screen.Line("");
        if (rows.Length == 0) Screen.Line($"No {headers[0].ToLowerInvariant()} yet.");
        else Screen.Table(headers, rows);
    }
}
