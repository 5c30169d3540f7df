using System.Diagnostics;
using System.Text.Json.Nodes;
using Minato.Cli.Demo;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>One installation of its own, started by the command line, gone with all it made at the end.</summary>
public sealed class Host : IAsyncLifetime
{
    private static readonly Dictionary<string, string> Nothing = [];
    private readonly IReadOnlyDictionary<string, string> _environment;

    internal static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "minato");
    private MinatoClient? _minato;
    private DemoImage? _image;

    public Host() : this(Nothing) { }

    /// <param name="environment">Of the command line and so of the server.</param>
    internal Host(IReadOnlyDictionary<string, string> environment) => _environment = environment;

    public string Data { get; init; } = Path.Combine(Path.GetTempPath(), $"minato-acceptance-{Guid.NewGuid():N}");
    internal ServerFiles Files => new(Data);
    internal MinatoClient Minato => _minato ?? throw new InvalidOperationException("The installation did not start.");
    internal DemoImage Image => _image ?? throw new InvalidOperationException("The images were not pushed.");

    /// <summary>Why nothing can be tried here, or null.</summary>
    public static string? Missing =>
        !File.Exists("/var/run/docker.sock") ? "no Docker Engine answers here" : !Shell.Has("haproxy") ? "HAProxy is not installed" : null;

    public async ValueTask InitializeAsync()
    {
        if (Missing is not null) return;
        await StartAsync(default);
        _image = new(Minato);
        await _image.BuildAndPushAsync(["v1", "v2", "bad"], default);
    }

    /// <summary>The server alone, without images.</summary>
    internal async Task StartAsync(CancellationToken ct)
    {
        await UpAsync(ct);
        _minato = new(Files, "eu-west-1");
    }

    public async ValueTask DisposeAsync()
    {
        _minato?.Dispose();
        if (Directory.Exists(Data)) (await RunAsync(default, "down", "--purge")).Ok();
    }

    internal Task<Shell.Result> RunAsync(CancellationToken ct, params string[] arguments) => Shell.RunAsync(Cli, ["--data", Data, "--region", "eu-west-1", .. arguments], ct, _environment);

    /// <summary>The command line as somebody elsewhere starts it: an endpoint, and a key in the environment.</summary>
    /// <param name="secret">Null for the right one.</param>
    internal ProcessStartInfo Outside(string? secret, params string[] arguments)
    {
        var (installation, running) = Files.Require();
        var start = new ProcessStartInfo(Cli, [.. arguments, "--endpoint-url", $"{running.Endpoint}", "--region", "eu-west-1"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["AWS_ACCESS_KEY_ID"] = installation.RootKey.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = secret ?? installation.RootKey.SecretAccessKey;
        return start;
    }

    internal Task<Shell.Result> OutsideAsync(string? secret, CancellationToken ct, params string[] arguments) => Shell.RunAsync(Outside(secret, arguments), ct);

    internal async Task UpAsync(CancellationToken ct) => (await RunAsync(ct, "up", "--detach", "--no-install", "--port", $"{Files.Installation?.Port ?? 0}")).Ok();

    /// <summary>kill -9, and nothing else.</summary>
    internal async Task KillAsync(CancellationToken ct)
    {
        var id = Files.Require().Running.ProcessId;
        using var process = System.Diagnostics.Process.GetProcessById(id);
        process.Kill();
        await process.WaitForExitAsync(ct);
    }

    /// <summary>The real AWS CLI, with the options an old one needs.</summary>
    internal async Task<JsonNode?> AwsAsync(CancellationToken ct, params string[] arguments)
    {
        var result = await AwsResultAsync(ct, arguments);
        var output = result.Ok();
        return output.Length == 0 ? null : JsonNode.Parse(output);
    }

    internal Task<Shell.Result> AwsResultAsync(CancellationToken ct, params string[] arguments)
    {
        var (installation, running) = Files.Require();
        return Shell.RunAsync("/usr/bin/aws", ["--endpoint-url", running.Endpoint.ToString(), "--region", "eu-west-1", "--output", "json", .. arguments], ct, new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = installation.RootKey.AccessKeyId, ["AWS_SECRET_ACCESS_KEY"] = installation.RootKey.SecretAccessKey, ["AWS_PAGER"] = "",
        });
    }

    internal DemoWorld World(string name) => new(Minato, Image, name);

    /// <summary>Containers of this installation that run, by the engine's own list.</summary>
    internal async Task<string[]> ContainersAsync(CancellationToken ct, string name = "web")
    {
        var filter = $"label=minato.installation={Files.Require().Installation.Id}";
        var output = (await Shell.DockerAsync(ct, "ps", "-q", "--no-trunc", "--filter", filter, "--filter", $"label=com.amazonaws.ecs.container-name={name}")).Ok();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Looks again and again until it holds; the failure says how it stood last.</summary>
    internal static async Task UntilAsync(string what, Func<Task<(bool Holds, string Standing)>> look, CancellationToken ct, int seconds = 120)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            var (holds, standing) = await look();
            if (holds) return;
            if (watch.Elapsed.TotalSeconds > seconds) throw new TimeoutException($"{what} did not come within {seconds} s: {standing}");
            await Task.Delay(100, ct);
        }
    }

    internal Task SteadyAsync(DemoWorld world, string taskDefinition, CancellationToken ct, int seconds = 180) => UntilAsync("the steady state", async () =>
    {
        var service = await world.ServiceAsync(ct);
        var (healthy, _) = await Minato.TargetsAsync(world.LoadBalancerArn, ct);
        var deployments = service.Deployments ?? [];
        var holds = deployments is [{ RolloutState: DeploymentRolloutState.Completed }] && service.TaskDefinition == taskDefinition
            && service.RunningCount == service.DesiredCount && service.PendingCount is 0 && healthy >= service.DesiredCount;
        var events = string.Join("\n", (service.Events ?? []).Take(8).Select(e => e.Message));
        var standing = string.Join(", ", deployments.Select(d => $"{d.TaskDefinition} {d.Status} {d.RolloutState} {d.RunningCount}+{d.PendingCount}/{d.DesiredCount} failed {d.FailedTasks}"));
        return (holds, $"{standing}; {healthy} healthy; running {service.RunningCount}, pending {service.PendingCount}\n{events}");
    }, ct, seconds);
}

[CollectionDefinition(nameof(Host))]
public sealed class HostCollection : ICollectionFixture<Host>;
