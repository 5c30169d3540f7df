using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Signing;
using Minato.Server;
using Task = System.Threading.Tasks.Task;

namespace Minato.Cli.Running;

/// <summary>Speaks to a running server as any AWS client would, with the root key of its data directory.</summary>
internal sealed class MinatoClient : AwsClients, IDisposable
{
    private readonly HttpClient _http;
    private readonly RootKeyFile _key;

    public MinatoClient(ServerFiles files, string region) : this(files.Require(), region, LocalHttp.New()) { }

    private MinatoClient((InstallationFile Installation, RunningFile Running) server, string region, HttpClient http)
        : base(_ => new(http, server.Running.Endpoint, CredentialOf(server.Installation), region, TimeProvider.System), CallerOf(server.Installation, region))
    {
        _http = http;
        _key = server.Installation.RootKey;
        Endpoint = server.Running.Endpoint;
    }

    public Uri Endpoint { get; }

    /// <returns>Null when nothing is known of it.</returns>
    public async Task<JsonNode?> WhyAsync(string of, string cluster, CancellationToken ct)
    {
        var path = $"/_minato/why?of={Uri.EscapeDataString(of)}&cluster={Uri.EscapeDataString(cluster)}&region={Uri.EscapeDataString(Caller.Region)}";
        var (status, body) = await AskAsync(HttpMethod.Get, path, ct);
        return status is HttpStatusCode.NotFound ? null : Require(status, body, HttpMethod.Get, path);
    }

    public Task<JsonNode> InterruptSpotAsync(string cluster, string? service, int? count, CancellationToken ct) => CallAsync(
        HttpMethod.Post,
        $"/_minato/spot/interrupt?cluster={Uri.EscapeDataString(cluster)}&service={Uri.EscapeDataString(service ?? "")}&count={count}&region={Uri.EscapeDataString(Caller.Region)}",
        ct);

    public Task<JsonNode> SuggestPolicyAsync(string principal, double seconds, CancellationToken ct) => CallAsync(
        HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"/_minato/iam/suggest?principal={Uri.EscapeDataString(principal)}&since={seconds}"), ct);

    public Task<JsonNode> ExplainDenialsAsync(string? principal, CancellationToken ct) =>
        CallAsync(HttpMethod.Get, $"/_minato/iam/explain?principal={Uri.EscapeDataString(principal ?? "")}", ct);

    public Task<JsonNode> ResetAsync(CancellationToken ct) => CallAsync(HttpMethod.Post, "/_minato/reset", ct);

    public Task<JsonNode> StatusAsync(CancellationToken ct) => CallAsync(HttpMethod.Get, "/_minato/status", ct);

    /// <summary>Every event that a bus of the installation takes in from now on, as JSON.</summary>
    public async IAsyncEnumerable<string> WatchAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var request = Request(HttpMethod.Get, "/_minato/events");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (!answer.IsSuccessStatusCode) throw new UserException($"GET /_minato/events answered {(int)answer.StatusCode}.");
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(ct));
        while (await reader.ReadLineAsync(ct) is { } line) yield return line;
    }

    /// <summary>The addresses of functions after what was asked.</summary>
    public async Task<JsonNode> FunctionsAsync(HttpMethod method, JsonNode? asked, CancellationToken ct)
    {
        const string path = "/_minato/functions";
        var (status, body) = await AskAsync(method, path, ct, asked);
        return Require(status, body, method, path);
    }

    /// <summary>Makes a container engine on another machine known.</summary>
    /// <returns>What the engine says of itself.</returns>
    public async Task<JsonNode> AddEngineAsync(JsonNode engine, CancellationToken ct)
    {
        const string path = "/_minato/engines";
        var (status, body) = await AskAsync(HttpMethod.Put, path, ct, engine);
        return Require(status, body, HttpMethod.Put, path);
    }

    /// <summary>Has the server answer to these names of ECR's on port 443 of a loopback address.</summary>
    public async Task ClaimRegistryAsync(string address, IEnumerable<string> names, CancellationToken ct)
    {
        const string path = "/_minato/registry";
        var (status, body) = await AskAsync(HttpMethod.Put, path, ct, new JsonObject { ["address"] = address, ["names"] = new JsonArray([.. names.Select(n => (JsonNode?)n)]) });
        Require(status, body, HttpMethod.Put, path);
    }

    public Task ReleaseRegistryAsync(CancellationToken ct) => CallAsync(HttpMethod.Delete, "/_minato/registry", ct);

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> CallAsync(HttpMethod method, string path, CancellationToken ct)
    {
        var (status, body) = await AskAsync(method, path, ct);
        return Require(status, body, method, path);
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> AskAsync(HttpMethod method, string path, CancellationToken ct, JsonNode? content = null)
    {
        using var request = Request(method, path);
        if (content is not null) request.Content = JsonContent.Create(content);
        using var answer = await _http.SendAsync(request, ct);
        return (answer.StatusCode, Parse(await answer.Content.ReadAsStringAsync(ct)));
    }

    // A failure that the server did not foresee has no words.
    private static JsonNode? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(Endpoint, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_key.AccessKeyId}:{_key.SecretAccessKey}")));
        return request;
    }

    private static string RootArn(InstallationFile installation) => $"arn:aws:iam::{installation.AccountId}:root";

    private static Caller CallerOf(InstallationFile installation, string region) => new()
    {
        AccountId = installation.AccountId, Region = region, PrincipalArn = RootArn(installation), AccessKeyId = installation.RootKey.AccessKeyId,
    };

    private static Credential CredentialOf(InstallationFile installation) => new(
        installation.RootKey.AccessKeyId, installation.RootKey.SecretAccessKey, null, installation.AccountId, RootArn(installation), installation.AccountId);

    private static JsonNode Require(HttpStatusCode status, JsonNode? body, HttpMethod method, string path) =>
        status is HttpStatusCode.OK && body is not null ? body : throw new UserException($"{method} {path} answered {(int)status}: {body?["message"] ?? "the server's log may say why"}");
}
