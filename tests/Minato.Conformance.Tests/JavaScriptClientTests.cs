using System.Text.Json;

namespace Minato.Conformance.Tests;

/// <summary>Every imported operation through the AWS SDK for JavaScript v3: requests, answers and errors come through as they were meant.</summary>
public sealed class JavaScriptClientTests(ConformanceServer server, JavaScriptPackages packages, ITestOutputHelper output)
    : IClassFixture<ConformanceServer>, IClassFixture<JavaScriptPackages>
{
    private static readonly string Only = Environment.GetEnvironmentVariable("CONFORMANCE_ONLY") ?? "";
    private static readonly string Seed = Environment.GetEnvironmentVariable("CONFORMANCE_SEED") ?? "1";
    private static readonly string Rounds = Environment.GetEnvironmentVariable("CONFORMANCE_ROUNDS") ?? "4";

    /// <summary>Its client rewrites what it is told: keys are hashed, bodies are streams, a bucket becomes a host. Minato.S3.Tests asks clients of its own.</summary>
    private const string Rewritten = "s3";

    /// <summary>Service and, where a service speaks several protocols, the one to speak.</summary>
    public static IEnumerable<TheoryDataRow<string, string>> Services()
    {
        foreach (var model in Directory.EnumerateFiles(ClientProgram.Models, "*.json").Concat(Directory.EnumerateFiles(ClientProgram.TestModels, "*.json")).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileNameWithoutExtension(model) == Rewritten) continue;
            using var json = JsonDocument.Parse(File.ReadAllBytes(model));
            var protocols = json.RootElement.GetProperty("metadata").TryGetProperty("protocols", out var all) ? all.EnumerateArray().Select(p => p.GetString() ?? "").ToArray() : [];
            foreach (var protocol in protocols.Length > 1 ? protocols : [""]) yield return new(Path.GetFileNameWithoutExtension(model), protocol);
        }
    }

    [Theory, MemberData(nameof(Services))]
    public async Task Every_operation_makes_round_trips(string service, string protocol)
    {
        if (Only.Length > 0 && Only.Split(':')[0] != service) Assert.Skip($"Only {Only} was asked for.");
        var result = await RunAsync("--service", service, "--protocol", protocol, "--operation", Only.Contains(':') ? Only.Split(':')[1] : "");
        await Console.Out.WriteLineAsync(result.Output.Split('\n')[0]);
        if (result.ExitCode != 0) Assert.Fail(result.Output);
        output.WriteLine(result.Output);
    }

    [Fact]
    public async Task A_planted_difference_is_found()
    {
        var result = await RunAsync("--service", "ecr", "--operation", "DescribeImages", "--plant");
        result.ExitCode.ShouldBe(1);
        result.Output.ShouldContain("DescribeImages request at registryId");
        result.Output.ShouldContain("DescribeImages answer at imageDetails");
    }

    private async Task<ClientProgram.Result> RunAsync(params string[] arguments)
    {
        if (packages.Missing is { } reason) Assert.Skip(reason);
        return await ClientProgram.RunAsync("node",
            ["run.mjs", "--endpoint", server.Url.ToString(), "--region", ConformanceServer.Region, "--key", $"{ConformanceServer.AccessKeyId}:{ConformanceServer.SecretKey}",
             "--seed", Seed, "--rounds", Rounds, .. arguments],
            TestContext.Current.CancellationToken);
    }
}
