using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Minato.Engines.Functions;
using Minato.Platform;

namespace Minato.Server;

/// <summary>
/// Which HTTP address answers for which function: <c>GET</c> tells, <c>PUT</c> with <c>functionArn</c> and <c>url</c> registers,
/// <c>DELETE</c> with <c>functionArn</c> forgets.
/// </summary>
internal sealed class FunctionsEndpoint(FunctionTargets targets) : IResettable
{
    public async Task<(int Status, JsonObject Body)> AnswerAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.Method is "GET") return (200, List());
        if (request.Method is not ("PUT" or "DELETE")) return Refused(405, "Method not allowed.");
        try
        {
            var asked = await JsonNode.ParseAsync(request.Body, cancellationToken: ct);
            var arn = (string?)asked?["functionArn"] ?? "";
            if (request.Method is "DELETE") return targets.Remove(arn) ? (200, List()) : Refused(404, $"No address is registered for {arn}.");
            targets.Put(arn, (string?)asked?["url"] ?? "");
            return (200, List());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Refused(400, "Send a JSON object with functionArn and url.");
        }
        catch (FormatException e)
        {
            return Refused(400, e.Message);
        }
    }

    public ValueTask ResetAsync(CancellationToken ct)
    {
        targets.Clear();
        return ValueTask.CompletedTask;
    }

    private JsonObject List() => new()
    {
        ["functions"] = new JsonArray([.. targets.All.Select(t => new JsonObject { ["functionArn"] = t.Key, ["url"] = t.Value })]),
    };

    private static (int Status, JsonObject Body) Refused(int status, string message) => (status, new() { ["message"] = message });
}
