namespace Minato.Conformance.Tests;

/// <summary>One operation a protocol through boto3 as Debian packages it, which is years older than the models.</summary>
public sealed class BotoTests(ConformanceServer server, ITestOutputHelper output) : IClassFixture<ConformanceServer>
{
    private const string Python = "/usr/bin/python3";
    private const int BotoIsMissing = 77;

    [Fact]
    public async Task Every_protocol_makes_round_trips()
    {
        if (!File.Exists(Python)) Assert.Skip("Debian's Python is not installed.");
        if (!ClientProgram.Exists("node")) Assert.Skip("Node.js is not installed.");
        var result = await ClientProgram.RunAsync(Python,
            ["boto.py", "--endpoint", server.Url.ToString(), "--region", ConformanceServer.Region, "--key", $"{ConformanceServer.AccessKeyId}:{ConformanceServer.SecretKey}"],
            TestContext.Current.CancellationToken);
        if (result.ExitCode == BotoIsMissing) Assert.Skip(result.Output.Trim());
        if (result.ExitCode != 0) Assert.Fail(result.Output);
        foreach (var line in result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)) await Console.Out.WriteLineAsync(line);
        output.WriteLine(result.Output);
    }
}
