using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Commands;

/// <summary>Events of services, oldest first; <c>-f</c> goes on with what comes. <c>--bus</c> shows what EventBridge takes in, as it comes.</summary>
internal static class EventsCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly Argument<string?> Only = new("service") { Description = "Name of a service (default: all).", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string?> InCluster = new("--cluster") { Description = "Only of this cluster.", HelpName = "NAME" };
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what comes." };

    private static readonly Option<bool> OfBus = new("--bus") { Description = "Follow the events of EventBridge, of all sources." };

    public static Command Create()
    {
        var command = new Command("events", "Shows what happened to services; -f follows, --bus follows EventBridge.") { Only, InCluster, Follow, OfBus };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        if (parsed.GetValue(OfBus)) return await FollowBusAsync(minato, parsed.GetValue(Options.Json), ct);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            var rows = new List<(string Service, ServiceEvent Event)>();
            foreach (var cluster in await minato.ClustersAsync(ct))
            {
                if (parsed.GetValue(InCluster) is { } wanted && wanted != cluster.ClusterName) continue;
                foreach (var service in await minato.ServicesAsync(cluster.ClusterName ?? "", ct))
                    if (parsed.GetValue(Only) is null || parsed.GetValue(Only) == service.ServiceName)
                        rows.AddRange((service.Events ?? []).Reverse().Select(e => ($"{cluster.ClusterName}/{service.ServiceName}", e)));
            }
            foreach (var (service, line) in rows.OrderBy(r => r.Event.CreatedAt))
                if (seen.Add(line.Id ?? "")) Print(service, line, parsed.GetValue(Options.Json));
            if (parsed.GetValue(Follow)) await System.Threading.Tasks.Task.Delay(Interval, ct);
        }
        while (parsed.GetValue(Follow));
        return 0;
    }

    private static async Task<int> FollowBusAsync(MinatoClient minato, bool json, CancellationToken ct)
    {
        await foreach (var line in minato.WatchAsync(ct)) Console.WriteLine(json ? line : Words(JsonNode.Parse(line)));
        return 0;
    }

    private static string Words(JsonNode? told)
    {
        var detail = told?["detail"];
        var about = (string?)told?["resources"]?.AsArray().FirstOrDefault() ?? "";
        var what = (string?)detail?["eventName"] ?? (string?)detail?["lastStatus"] ?? (string?)detail?["state"]?["value"] ?? (string?)detail?["reason"] ?? "";
        return $"{(string?)told?["time"]} {(string?)told?["source"]}  {(string?)told?["detail-type"]}  {what}  {about}".TrimEnd();
    }

    private static void Print(string service, ServiceEvent line, bool json)
    {
        if (json) Console.WriteLine(new JsonObject { ["time"] = line.CreatedAt?.ToString("O"), ["service"] = service, ["id"] = line.Id, ["message"] = line.Message }.ToJsonString());
        else Console.WriteLine($"{line.CreatedAt:HH:mm:ss.fff} {service}  {line.Message}");
    }
}
