using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Minato.Ecs;
using Minato.Engines.Containers;
using Minato.Engines.Dns;
using Minato.EventBridge;
using Minato.Iam;
using Minato.Platform;

namespace Minato.Server;

/// <summary>
/// What has no place in an AWS API: <c>GET /_minato/health</c> for anyone, <c>GET /_minato/status</c>, <c>GET /_minato/why</c>, <c>GET /_minato/events</c>,
/// <c>GET /_minato/iam/suggest</c> and <c>explain</c>, <c>/_minato/functions</c> (<see cref="FunctionsEndpoint"/>), <c>/_minato/engines</c>
/// (<see cref="EnginesEndpoint"/>), <c>/_minato/registry</c> (<see cref="RegistryNames"/>), <c>POST /_minato/spot/interrupt</c> and <c>POST /_minato/reset</c>
/// with the root key as user name and password.
/// </summary>
internal sealed class AdminEndpoint
{
    private const string Health = "/_minato/health";

    private readonly InstallationFile _installation;
    private readonly PlatformHost _host;
    private readonly IContainerEngine _engine;
    private readonly IDnsServer _dns;

    /// <summary>What needs the root key: each path with the method it takes, null for one that looks itself.</summary>
    private readonly Dictionary<string, (string? Method, RequestDelegate Handle)> _owners;

    public AdminEndpoint(
        InstallationFile installation, PlatformHost host, IContainerEngine engine, IDnsServer dns, FunctionsEndpoint functions, EnginesEndpoint engines, RegistryNames names, IServiceProvider services)
    {
        (_installation, _host, _engine, _dns) = (installation, host, engine, dns);
        _owners = new(StringComparer.Ordinal)
        {
            ["/_minato/status"] = ("GET", StatusAsync),
            ["/_minato/why"] = ("GET", EcsRoom.Stories(services)),
            ["/_minato/events"] = ("GET", UntilStopping(EventBridgeRoom.Watch(services), services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping)),
            ["/_minato/iam/suggest"] = ("GET", IamRoom.Suggestions(services)),
            ["/_minato/iam/explain"] = ("GET", IamRoom.Denials(services)),
            ["/_minato/functions"] = (null, async context => await AnswerAsync(context, await functions.AnswerAsync(context.Request, context.RequestAborted))),
            ["/_minato/engines"] = (null, async context => await AnswerAsync(context, await engines.AnswerAsync(context.Request, context.RequestAborted))),
            ["/_minato/registry"] = (null, async context => await AnswerAsync(context, await names.AnswerAsync(context.Request, context.RequestAborted))),
            ["/_minato/spot/interrupt"] = ("POST", EcsRoom.Spot(services)),
            ["/_minato/reset"] = ("POST", ResetAsync),
        };
    }

    public Task HandleAsync(HttpContext context)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value ?? "");
        if (path is Health)
            return method is "GET" ? AnswerAsync(context, 200, new() { ["status"] = "running", ["installation"] = _installation.Id }) : RefuseMethodAsync(context);
        if (!_owners.TryGetValue(path, out var owner))
            return AnswerAsync(context, 404, new() { ["message"] = $"There is {Health}, {string.Join(", ", _owners.Keys)}." });
        if (!IsRoot(context.Request)) return ChallengeAsync(context);
        return owner.Method is null || owner.Method == method ? owner.Handle(context) : RefuseMethodAsync(context);
    }

    // Its answer has no end of its own, and a server that stops waits for answers.
    private static RequestDelegate UntilStopping(RequestDelegate handle, CancellationToken stopping) => async context =>
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.RequestAborted = either.Token;
        await handle(context);
    };

    private async Task StatusAsync(HttpContext context)
    {
        var status = await _engine.StatusAsync(context.RequestAborted);
        await AnswerAsync(context, 200, new()
        {
            ["containerEngine"] = status switch
            {
                EngineStatus.Up up => new JsonObject { ["up"] = true, ["version"] = up.Version, ["cpus"] = up.Cpus, ["memoryBytes"] = up.MemoryBytes },
                EngineStatus.Away away => new JsonObject { ["up"] = false, ["advice"] = away.Advice },
                _ => null,
            },
            ["dns"] = new JsonObject { ["endpoint"] = _dns.Status.Endpoint, ["trouble"] = _dns.Status.Trouble },
        });
    }

    private static Task AnswerAsync(HttpContext context, (int Status, JsonObject Body) answer) => AnswerAsync(context, answer.Status, answer.Body);

    private async Task ResetAsync(HttpContext context)
    {
        var watch = Stopwatch.StartNew();
        try
        {
            await _host.ResetAsync(context.RequestAborted);
        }
        catch (StoreUnavailableException e)
        {
            await AnswerAsync(context, 503, new() { ["message"] = e.Message });
            return;
        }

        await AnswerAsync(context, 200, new() { ["status"] = "reset", ["milliseconds"] = watch.ElapsedMilliseconds });
    }

    private bool IsRoot(HttpRequest request)
    {
        const string scheme = "Basic ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) return false;
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_installation.RootKey.AccessKeyId}:{_installation.RootKey.SecretAccessKey}"));
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[scheme.Length..].Trim()), Encoding.UTF8.GetBytes(expected));
    }

    private static Task ChallengeAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Basic realm=\"minato\"";
        return AnswerAsync(context, 401, new() { ["message"] = "Give the root access key as user name and its secret as password." });
    }

    private static Task RefuseMethodAsync(HttpContext context) => AnswerAsync(context, 405, new() { ["message"] = "Method not allowed." });

    private static Task AnswerAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }
}
