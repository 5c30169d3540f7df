using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Minato.Engines.Containers;

namespace Minato.Engines.Network.Tests;

/// <summary>A bridge as the engine makes one for a VPC, and namespaces on it that play containers.</summary>
internal sealed class BridgeLab : IAsyncDisposable
{
    private readonly string _prefix;
    private readonly List<string> _namespaces = [];

    private BridgeLab(string installation, string name, string prefix) => (Bridge, Name, _prefix) = (NetworkNames.Bridge(installation, name), name, prefix);

    public string Name { get; }
    public string Bridge { get; }
    public string Range => $"{_prefix}.0/24";

    public string Address(int host) => $"{_prefix}.{host}";

    public static async Task<BridgeLab> MakeAsync(string installation, string name, string prefix, CancellationToken ct)
    {
        var lab = new BridgeLab(installation, name, prefix);
        await Shell.DemandAsync(
            $"docker network create --label minato.installation={name} --subnet {lab.Range} --gateway {prefix}.1 -o com.docker.network.bridge.name={lab.Bridge} {name}", ct);
        return lab;
    }

    public async Task AddHostAsync(int host, CancellationToken ct)
    {
        var space = SpaceOf(host);
        _namespaces.Add(space);
        await Shell.DemandAsync($"""
            ip netns add {space} && ip link add {Name}h{host} type veth peer name eth0 netns {space} && ip link set {Name}h{host} master {Bridge} up &&
            ip netns exec {space} sh -c 'ip link set lo up; ip address add {Address(host)}/24 dev eth0; ip link set eth0 up; ip route add default via {_prefix}.1'
            """, ct);
    }

    public async Task<Listening> ServeAsync(int host, int port, CancellationToken ct)
    {
        var process = Shell.Start($"exec ip netns exec {SpaceOf(host)} busybox httpd -f -p {port} -h /sys");
        for (var i = 0; i < 100; i++)
        {
            if ((await Shell.RunAsync($"ip netns exec {SpaceOf(host)} timeout 1 bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'", ct)).Code == 0) break;
            await Task.Delay(20, ct);
        }
        return new(Address(host), port, process, null);
    }

    public async Task<string> ConnectAsync(int host, string address, int port, CancellationToken ct) =>
        Verdict((await Shell.RunAsync($"ip netns exec {SpaceOf(host)} timeout 2 bash -c 'exec 3<>/dev/tcp/{address}/{port}'", ct)).Code);

    public static async Task<string> ConnectFromHostAsync(string address, int port, string? source, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (source is not null) socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, limit.Token);
            return "connected";
        }
        catch (OperationCanceledException)
        {
            return "timed out";
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode.ToString();
        }
    }

    /// <summary>On an address of this host that no VPC has.</summary>
    public static async Task<Listening> ServeOnHostAsync(CancellationToken ct)
    {
        var route = (await Shell.RunAsync("ip -4 -o address show scope global", ct)).Output;
        var address = route.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .First(w => !w[1].StartsWith("mn", StringComparison.Ordinal) && !w[1].StartsWith('t'))[3].Split('/')[0];
        var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        return new(address, ((IPEndPoint)listener.LocalEndpoint).Port, null, listener);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var space in _namespaces) await Shell.RunAsync($"ip netns delete {space}", CancellationToken.None);
        await Shell.RunAsync($"docker network rm {Name}", CancellationToken.None);
    }

    private string SpaceOf(int host) => $"{Name}-{host}";

    private static string Verdict(int code) => code switch { 0 => "connected", 124 => "timed out", _ => "refused" };
}

internal sealed record Listening(string Address, int Port, Process? Process, TcpListener? Listener) : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        Listener?.Dispose();
        if (Process is null) return;
        Process.Kill(entireProcessTree: true);
        await Process.WaitForExitAsync();
        Process.Dispose();
    }
}

internal static class Shell
{
    public static Process Start(string script) => Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script])
    {
        RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
    }) ?? throw new InvalidOperationException("bash does not start.");

    public static async Task<(int Code, string Output)> RunAsync(string script, CancellationToken ct)
    {
        using var process = Start(script);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output + await errors);
    }

    public static async Task DemandAsync(string script, CancellationToken ct)
    {
        var (code, output) = await RunAsync(script, ct);
        code.ShouldBe(0, output);
    }
}
