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
        command.SetAction((parsed, ct) => Reader.WhileThereAsync(token => ShowAsync(parsed, token), ct));
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        if (parsed.GetValue(OfBus)) return await FollowBusAsync(minato, parsed.GetValue(Options.Json), ct);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            var services = await ServicesAsync(minato, parsed, ct);
            var rows = services.SelectMany(s => (s.Service.Events ?? []).Reverse().Select(e => (Service: $"{s.Cluster}/{s.Service.ServiceName}", Event: e))).ToList();
            foreach (var (service, line) in rows.OrderBy(r => r.Event.CreatedAt))
                if (!seen.Contains(line.Id ?? "")) Print(service, line, parsed.GetValue(Options.Json));
            seen = rows.Select(r => r.Event.Id ?? "").ToHashSet(StringComparer.Ordinal); // What a service no longer tells does not come again.
            if (parsed.GetValue(Follow)) await System.Threading.Tasks.Task.Delay(Interval, ct);
        }
        while (parsed.GetValue(Follow));
        return 0;
    }

    /// <summary>Those that are meant; one that is named has to be there, unless somebody follows it until it comes.</summary>
    private static async Task<List<(string Cluster, Service Service)>> ServicesAsync(MinatoClient minato, ParseResult parsed, CancellationToken ct)
    {
        var (only, inCluster, follows) = (parsed.GetValue(Only), parsed.GetValue(InCluster), parsed.GetValue(Follow));
        var clusters = (await minato.ClustersAsync(ct)).Select(c => c.ClusterName ?? "").Where(c => inCluster is null || c == inCluster).ToList();
        if (clusters.Count == 0 && inCluster is not null && !follows) throw new UserException($"there is no cluster {inCluster}. ./minato status shows all of them.");
        var services = new List<(string Cluster, Service Service)>();
        foreach (var cluster in clusters)
            services.AddRange((await minato.ServicesAsync(cluster, ct)).Where(s => only is null || s.ServiceName == only).Select(s => (cluster, s)));
        if (services.Count == 0 && only is not null && !follows) throw new UserException($"there is no service {only}. ./minato status shows all of them.");
        return services;
    }

    private static async Task<int> FollowBusAsync(MinatoClient minato, bool json, CancellationToken ct)
    {
        await foreach (var line in minato.WatchAsync(ct)) Console.WriteLine(json ? line : Words(JsonNode.Parse(line)));
        throw new UserException("the server has stopped.");
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
        else Console.WriteLine($"{Screen.Time(line.CreatedAt ?? default)} {service}  {line.Message}");
    }
}
