using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Minato.Engines.Containers;
using Minato.Engines.Docker;

namespace Minato.Server;

/// <summary>
/// Container engines on other machines: <c>GET</c> tells which are known and whether they answer, <c>PUT</c> with <c>name</c>
/// (<c>tcp://host:port</c>) and the PEM texts <c>ca</c>, <c>cert</c> and <c>key</c> makes one known, <c>DELETE</c> with <c>name</c> forgets it.
/// </summary>
internal sealed class EnginesEndpoint(RemoteEngines remotes, IContainerEngines engines)
{
    public async Task<(int Status, JsonObject Body)> AnswerAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.Method is "GET") return (200, await ListAsync(ct));
        if (request.Method is not ("PUT" or "DELETE")) return Refused(405, "Method not allowed.");
        try
        {
            var asked = await JsonNode.ParseAsync(request.Body, cancellationToken: ct);
            var name = (string?)asked?["name"] ?? "";
            if (request.Method is "DELETE") return remotes.Remove(name) ? (200, await ListAsync(ct)) : Refused(404, $"There is no engine {name}.");
            return await AddAsync(name, [(string?)asked?["ca"] ?? "", (string?)asked?["cert"] ?? "", (string?)asked?["key"] ?? ""], ct);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Refused(400, "Send a JSON object with name, ca, cert and key.");
        }
        catch (FormatException e)
        {
            return Refused(400, e.Message);
        }
    }

    // One that does not answer is not kept: a wrong name or certificate is told at once.
    private async Task<(int Status, JsonObject Body)> AddAsync(string name, string[] certificates, CancellationToken ct)
    {
        var isNew = remotes.Find(name) is null;
        remotes.Put(name, certificates);
        var status = await engines.Of(name).StatusAsync(ct);
        if (status is EngineStatus.Up) return (200, Describe(name, status));
        if (isNew) remotes.Remove(name);
        return Refused(400, (status as EngineStatus.Away)?.Advice ?? "The engine does not answer.");
    }

    private async Task<JsonObject> ListAsync(CancellationToken ct)
    {
        var names = remotes.Names;
        var all = await Task.WhenAll(names.Select(async n => Describe(n, await engines.Of(n).StatusAsync(ct))));
        return new() { ["engines"] = new JsonArray([.. all]) };
    }

    private static JsonObject Describe(string name, EngineStatus status) => status switch
    {
        EngineStatus.Up up => new()
        {
            ["name"] = name, ["up"] = true, ["version"] = up.Version, ["cpus"] = up.Cpus, ["memoryBytes"] = up.MemoryBytes, ["architecture"] = up.Architecture,
        },
        EngineStatus.Away away => new() { ["name"] = name, ["up"] = false, ["advice"] = away.Advice },
        _ => new() { ["name"] = name },
    };

    private static (int Status, JsonObject Body) Refused(int status, string message) => (status, new() { ["message"] = message });
}
