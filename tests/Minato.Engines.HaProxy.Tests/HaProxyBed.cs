using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Engines.Proxy;
using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>An HAProxy of its own on a loopback address of its own; nothing of it is left behind.</summary>
internal sealed class HaProxyBed : IProxyBed
{
    private readonly ConcurrentBag<Echo> echoes = [];
    private readonly ConcurrentDictionary<string, Target> targets = new(StringComparer.Ordinal);
    private readonly HttpClient client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, UseCookies = false, SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    });
    private readonly string root = System.IO.Directory.CreateTempSubdirectory("minato-haproxy-").FullName;
    private int nextPort = 8000;

    public HaProxyBed(int? sharedPort = null, string? executable = null, string subdirectory = "")
    {
        var random = RandomNumberGenerator.GetBytes(3);
        Address = $"127.{random[0] % 200 + 50}.{random[1]}.{random[2] % 250 + 1}";
        Options = new()
        {
            Directory = Path.Combine(root, subdirectory),
            Executable = executable,
            InstallationId = "test",
            SharedPort = sharedPort,
        };
        Adapter = NewAdapter();
    }

    public HaProxyOptions Options { get; }

    public string Address { get; }

    public HaProxyEngine Adapter { get; private set; }

    public IProxyEngine Engine => Adapter;

    public HttpClient Client => client;

    public int MasterPid => int.Parse(File.ReadAllText(Path.Combine(Options.Directory, "haproxy.pid")).Trim());

    public static string? Absence => File.Exists("/usr/sbin/haproxy") ? null : "HAProxy is not installed: apt-get install haproxy";

    public HaProxyEngine NewAdapter() => new(Options, TimeProvider.System, NullLogger<HaProxyEngine>.Instance);

    /// <summary>As if Minato had ended and come back.</summary>
    public async Task ReplaceAdapterAsync()
    {
        await Adapter.DisposeAsync();
        Adapter = NewAdapter();
    }

    public int NewPort() => Interlocked.Increment(ref nextPort);

    public ValueTask<ProxyServer> StartTargetAsync(string id) => StartTargetAsync(id, HttpProtocols.Http1, null);

    public async ValueTask<ProxyServer> StartTargetAsync(string id, HttpProtocols protocols, ProxyCertificate? certificate) =>
        (targets[id] = await HaProxy.Tests.Target.StartAsync(id, Address, protocols, certificate)).Server;

    public Target Target(string id) => targets[id];

    public ValueTask<ProxyServer> StartDatagramTargetAsync(string id)
    {
        var echo = new Echo(id, Address);
        echoes.Add(echo);
        return ValueTask.FromResult(echo.Server);
    }

    public async ValueTask<string?> SendDatagramAsync(ProxyListener listener)
    {
        using var sender = new UdpClient(AddressFamily.InterNetwork);
        sender.Connect(IPAddress.Parse(listener.Address), listener.Port);
        for (var attempt = 0; attempt < 3; attempt++)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
            try
            {
                await sender.SendAsync("hello"u8.ToArray(), patience.Token);
                return System.Text.Encoding.ASCII.GetString((await sender.ReceiveAsync(patience.Token)).Buffer).Split(':')[0];
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException) { /* Lost, or nobody is there. */ }
        }
        return null;
    }

    public async ValueTask StopTargetAsync(ProxyServer target) => await targets[target.Id].DisposeAsync();

    public async ValueTask<ProxyAnswer> SendAsync(ProxyListener listener, ProxyCall call)
    {
        using var request = new HttpRequestMessage(new HttpMethod(call.Method),
            $"{(listener.Tls is null ? "http" : "https")}://{listener.Address}:{listener.Port}{call.Path}{(call.Query.Length > 0 ? "?" : "")}{call.Query}");
        request.Headers.Host = call.Host;
        foreach (var (name, value) in call.Headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request);
        return await AnswerAsync(response);
    }

    public async ValueTask<IHeldRequest> HoldAsync(ProxyListener listener)
    {
        var answer = SendAsync(listener, new() { Path = "/hold" }).AsTask();
        var taken = await Task.WhenAny(targets.Values.Select(t => t.Taken));
        return new Held(answer, targets.Values.Single(t => t.Taken == taken));
    }

    public IDisposable Occupy(int port)
    {
        var listener = new TcpListener(IPAddress.Parse(Address), port);
        listener.Start();
        return listener;
    }

    public ValueTask KillAsync()
    {
        int[] all = [MasterPid, .. Workers()];
        foreach (var process in all) Kill(process);
        return ValueTask.CompletedTask;
    }

    public void KillMaster() => Kill(MasterPid);

    public void KillWorker() => Kill(Workers().Last());

    public IEnumerable<int> Workers() => File.ReadAllText($"/proc/{MasterPid}/task/{MasterPid}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse);

    public async ValueTask DisposeAsync()
    {
        await Adapter.StopAsync(CancellationToken.None);
        await Adapter.DisposeAsync();
        foreach (var target in targets.Values) await target.DisposeAsync();
        foreach (var echo in echoes) await echo.DisposeAsync();
        client.Dispose();
        System.IO.Directory.Delete(root, recursive: true);
    }

    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // A worker ends by itself when its master has, and the other way round.
        }
    }

    private static async Task<ProxyAnswer> AnswerAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStringAsync();
        var server = response.Headers.TryGetValues(HaProxy.Tests.Target.Name, out var names) ? names.Single() : null;
        var location = response.Headers.NonValidated.TryGetValues("Location", out var locations) ? locations.ToString() : null;
        return new((int)response.StatusCode, server, location, response.Content.Headers.ContentType?.ToString(), body, server is null ? null : body)
        {
            Cookies = response.Headers.NonValidated.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies.Select(c => c.Split(';')[0])] : [],
            AskedFor = response.Headers.NonValidated.TryGetValues(HaProxy.Tests.Target.AskedFor, out var asked) ? asked.ToString() : null,
            Headers = [.. response.Headers.NonValidated.SelectMany(h => h.Value.Select(v => (h.Key, v)))],
        };
    }

    private sealed class Held(Task<ProxyAnswer> answer, Target target) : IHeldRequest
    {
        public string Server => target.Server.Id;

        public async ValueTask<ProxyAnswer> ReleaseAsync()
        {
            target.Release();
            return await answer;
        }
    }
}
