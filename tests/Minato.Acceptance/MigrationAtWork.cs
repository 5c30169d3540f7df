using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Minato.Acceptance;

/// <summary>A migration as somebody at a terminal has it: a plan file, a runner that is a process of its own, and questions to the command line.</summary>
internal sealed class MigrationAtWork(Host host) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-migrate-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string PlanFile => Path.Combine(_folder, "plan.yaml");

    public Task WriteAsync(string plan) => File.WriteAllTextAsync(PlanFile, plan, Ct);

    public Task<Shell.Result> RunAsync(string verb, params string[] more) => host.RunAsync(Ct, ["migrate", verb, PlanFile, .. more]);

    /// <summary>A runner, which may be killed.</summary>
    public Process Start(string verb)
    {
        var start = new ProcessStartInfo(Host.Cli, ["--data", host.Data, "--region", "eu-west-1", "migrate", verb, PlanFile])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The command line does not start.");
        process.OutputDataReceived += (_, line) => TestContext.Current.SendDiagnosticMessage("{0}", line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    public async Task<JsonNode> StatusAsync() => JsonNode.Parse((await RunAsync("status", "--json")).Ok()) ?? new JsonObject();

    public async Task<JsonNode> ReportAsync() => JsonNode.Parse((await RunAsync("report", "--json")).Ok()) ?? new JsonObject();

    public Task<string> PageAsync() => File.ReadAllTextAsync(PlanFile + ".report.html", Ct);

    /// <summary>Until a runner is at work, or a stage, a weight or a standing is reached.</summary>
    public Task UntilAsync(string what, Func<JsonNode, bool> holds, int seconds = 180) => Host.UntilAsync(what, async () =>
    {
        var status = await StatusAsync();
        return (holds(status), $"{status}");
    }, Ct, seconds);

    public Task WeightAsync(int weight) => UntilAsync($"{weight} %", s => s["weight"]?.GetValue<int>() >= weight);

    public Task StageAsync(string stage) => UntilAsync($"the stage {stage}", s => $"{s["stage"]}" == stage);

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
