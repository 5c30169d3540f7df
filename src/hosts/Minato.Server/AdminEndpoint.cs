using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Minato.Ecs;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Server;

/// <summary>
/// What has no place in an AWS API: <c>GET /_minato/health</c> for anyone, <c>GET /_minato/status</c>, <c>GET /_minato/why</c>,
/// <c>/_minato/functions</c> (<see cref="FunctionsEndpoint"/>), <c>POST /_minato/spot/interrupt</c> and <c>POST /_minato/reset</c>
/// with the root key as user name and password.
/// </summary>
internal sealed class AdminEndpoint(InstallationFile installation, PlatformHost host, IContainerEngine engine, FunctionsEndpoint functions, IServiceProvider services)
{
    private static readonly string[] s_owners =
        ["/_minato/status", "/_minato/why", "/_minato/functions", "/_minato/spot/interrupt", "/_minato/reset"];
    private readonly RequestDelegate _stories = EcsRoom.Stories(services);
    private readonly RequestDelegate _spot = EcsRoom.Spot(services);

    public Task HandleAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/_minato/health") => AnswerAsync(context, 200, new() { ["status"] = "running", ["installation"] = installation.Id }),
        (_, var path) when s_owners.Contains(path) && !IsRoot(context.Request) => ChallengeAsync(context),
        ("GET", "/_minato/status") => StatusAsync(context),
        ("GET", "/_minato/why") => _stories(context),
        (_, "/_minato/functions") => FunctionsAsync(context),
        ("POST", "/_minato/spot/interrupt") => _spot(context),
        ("POST", "/_minato/reset") => ResetAsync(context),
        (_, var path) when path is "/_minato/health" || s_owners.Contains(path) => AnswerAsync(context, 405, new() { ["message"] = "Method not allowed." }),
        _ => AnswerAsync(context, 404, new() { ["message"] = $"There is /_minato/health, {string.Join(", ", s_owners)}." }),
    };

    private async Task StatusAsync(HttpContext context)
    {
        var status = await engine.StatusAsync(context.RequestAborted);
        await AnswerAsync(context, 200, new()
        {
            ["containerEngine"] = status switch
            {
                EngineStatus.Up up => new JsonObject { ["up"] = true, ["version"] = up.Version, ["cpus"] = up.Cpus, ["memoryBytes"] = up.MemoryBytes },
                EngineStatus.Away away => new JsonObject { ["up"] = false, ["advice"] = away.Advice },
                _ => null,
            },
        });
    }

    private async Task FunctionsAsync(HttpContext context)
    {
        var (status, body) = await functions.AnswerAsync(context.Request, context.RequestAborted);
        await AnswerAsync(context, status, body);
    }

    private async Task ResetAsync(HttpContext context)
    {
        var watch = Stopwatch.StartNew();
        await host.ResetAsync(context.RequestAborted);
        functions.Clear();
        await AnswerAsync(context, 200, new() { ["status"] = "reset", ["milliseconds"] = watch.ElapsedMilliseconds });
    }

    private bool IsRoot(HttpRequest request)
    {
        const string scheme = "Basic ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{installation.RootKey.AccessKeyId}:{installation.RootKey.SecretAccessKey}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[scheme.Length..].Trim()), Encoding.UTF8.GetBytes(expected));
    }

    private static Task ChallengeAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"minato\"";
        return AnswerAsync(context, 401, new() { ["message"] = "Give the root access key as user name and its secret as password." });
    }

    private static Task AnswerAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
