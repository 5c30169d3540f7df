using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Ecr;
using Minato.Platform;

namespace Minato.Server;

/// <summary>
/// The registry under its real names, <c>ACCOUNT.dkr.ecr.REGION.amazonaws.com</c>: TLS with a certificate of the installation's authority, on port 443 of a
/// loopback address of its own. <c>GET</c> tells, <c>PUT</c> claims, <c>DELETE</c> releases. A claim outlives the server.
/// </summary>
internal sealed partial class RegistryNames(
    ServerOptions options, IServiceProvider services, ICertificateAuthority authority, TimeProvider clock, ILogger<RegistryNames> log) : IAsyncDisposable
{
    private static readonly TimeSpan s_life = TimeSpan.FromDays(397);
    private readonly SemaphoreSlim _turn = new(1);
    private WebApplication? _listener;

    /// <summary>Takes up the claim of the last process. What stands in the way is logged: the rest of the server does not need it.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        if (RegistryClaimFile.Find(options.DataDirectory) is not { } claim) return;
        try
        {
            await ListenAsync(claim, ct);
        }
        catch (IOException e)
        {
            LogNotListening(claim.Address, e.Message);
        }
    }

    public async Task<(int Status, JsonObject Body)> AnswerAsync(HttpRequest request, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return request.Method switch
            {
                "GET" => (200, Show()),
                "PUT" => await ClaimAsync(request, ct),
                "DELETE" => await ReleaseAsync(),
                _ => Refused(405, "Method not allowed."),
            };
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _turn.Dispose();
    }

    private async Task<(int Status, JsonObject Body)> ClaimAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            var asked = await JsonNode.ParseAsync(request.Body, cancellationToken: ct);
            string[] names = [.. (asked?["names"] as JsonArray ?? []).Select(n => (string?)n ?? "")];
            if (names.Length == 0 || !Array.TrueForAll(names, EcrRoom.IsRegistryHost)) return Refused(400, "names are like 123456789012.dkr.ecr.us-east-1.amazonaws.com.");
            if (!IPAddress.TryParse((string?)asked?["address"], out var address) || !IPAddress.IsLoopback(address)) return Refused(400, "address is a loopback address.");
            var claim = new RegistryClaimFile(address.ToString(), [.. names.Order(StringComparer.Ordinal)]);
            await CloseAsync();
            await ListenAsync(claim, ct);
            claim.Write(options.DataDirectory);
            return (200, Show());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Refused(400, "Send a JSON object with address and names.");
        }
        catch (IOException e)
        {
            return Refused(409, $"Port 443 of the address cannot be had: {e.Message}");
        }
    }

    private async Task<(int Status, JsonObject Body)> ReleaseAsync()
    {
        await CloseAsync();
        RegistryClaimFile.Delete(options.DataDirectory);
        return (200, Show());
    }

    private async Task ListenAsync(RegistryClaimFile claim, CancellationToken ct)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        var certificate = Certificate(claim.Names);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Parse(claim.Address), 443, listen => listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate }));
        });
        var listener = builder.Build();
        listener.Run(EcrRoom.Registry(services));
        try
        {
            await listener.StartAsync(ct);
        }
        catch
        {
            await listener.DisposeAsync();
            throw;
        }

        _listener = listener;
        LogListening(string.Join(", ", claim.Names), claim.Address);
    }

    private async Task CloseAsync()
    {
        if (_listener is not { } listener) return;
        _listener = null;
        await listener.StopAsync();
        await listener.DisposeAsync();
    }

    private X509Certificate2 Certificate(IReadOnlyList<string> names)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], critical: false)); // A server's.
        var now = clock.GetUtcNow();
        using var signed = authority.Sign(request, now.AddDays(-1), now + s_life);
        using var whole = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    private JsonObject Show()
    {
        var claim = RegistryClaimFile.Find(options.DataDirectory);
        return new()
        {
            ["address"] = claim?.Address,
            ["names"] = new JsonArray([.. (claim?.Names ?? []).Select(n => (JsonNode?)n)]),
            ["listening"] = _listener is not null,
        };
    }

    private static (int Status, JsonObject Body) Refused(int status, string message) => (status, new() { ["message"] = message });

    [LoggerMessage(9101, LogLevel.Information, "The registry answers to {Names} on {Address}:443")]
    private partial void LogListening(string names, string address);

    [LoggerMessage(9102, LogLevel.Warning, "The registry does not answer to its claimed names on {Address}:443: {Reason}")]
    private partial void LogNotListening(string address, string reason);
}

/// <summary><c>registry-names.json</c>: the names that mean this registry on this machine.</summary>
public sealed record RegistryClaimFile(string Address, IReadOnlyList<string> Names)
{
    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "registry-names.json");

    /// <returns>Null without a claim.</returns>
    public static RegistryClaimFile? Find(string dataDirectory) => PrivateFile.Read(PathIn(dataDirectory), HostJson.Default.RegistryClaimFile);

    public static void Delete(string dataDirectory) => File.Delete(PathIn(dataDirectory));

    internal void Write(string dataDirectory) => PrivateFile.Write(PathIn(dataDirectory), this, HostJson.Default.RegistryClaimFile);
}
