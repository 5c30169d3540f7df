namespace Minato.Acceptance;

/// <summary>
/// The AWS CDK, unchanged: an application as a team writes it, with a network, a service behind a load balancer and what both need, is
/// deployed, looked at, changed, broken and taken away.
/// </summary>
[Trait("Floor", "engine")]
public sealed class CdkTests : IAsyncLifetime
{
    private readonly Host _host = new();
    private readonly CdkApp _app = new();
    private string? _missing = Host.Missing;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _missing ??= await CdkApp.MissingAsync(default);
        if (_missing is null) await _host.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _app.Dispose();
    }

    [Fact]
    public async Task An_application_is_deployed_differs_in_nothing_is_changed_rolled_back_and_destroyed()
    {
        Assert.SkipWhen(_missing is not null, _missing ?? "");
        (await CdkAsync("v1", "bootstrap")).ShouldContain("bootstrapped");

        var deployed = await CdkAsync("v1", "deploy", "--all");
        deployed.ShouldContain("Shop.WebServiceURL");
        (await _host.ContainersAsync(Ct)).Length.ShouldBe(2);
        (await VersionAsync()).ShouldBe("v1");
        (await CdkAsync("v1", "diff", "--fail")).ShouldContain("Number of stacks with differences: 0");
        (await CdkAsync("v1", "deploy", "--all")).ShouldContain("(no changes)");

        var differs = await RunAsync("v2", "diff", "--fail", "Shop");
        (differs.Code, differs.Text.Contains("AWS::ECS::TaskDefinition", StringComparison.Ordinal)).ShouldBe((1, true), differs.Text);
        (await CdkAsync("v2", "deploy", "Shop")).ShouldContain("Shop.Version = v2");
        (await VersionAsync()).ShouldBe("v2");

        var broken = await RunAsync("bad", "deploy", "Shop");
        broken.Code.ShouldBe(1, broken.Text);
        broken.Text.ShouldContain("UPDATE_ROLLBACK_COMPLET", customMessage: broken.Text); // Its table has 23 letters for a status.
        broken.Text.ShouldContain("ECS Deployment Circuit Breaker was triggered", customMessage: broken.Text);
        (await VersionAsync()).ShouldBe("v2");

        await CdkAsync("v2", "destroy", "--all", "--force");
        (await _host.ContainersAsync(Ct)).ShouldBeEmpty();
        var stacks = await _host.AwsAsync(Ct, "cloudformation", "describe-stacks");
        stacks?["Stacks"]?.AsArray().Select(s => (string?)s?["StackName"]).ShouldBe(["CDKToolkit"]);
    }

    /// <summary>What answers behind the load balancer.</summary>
    private async Task<string> VersionAsync()
    {
        var stack = await _host.AwsAsync(Ct, "cloudformation", "describe-stacks", "--stack-name", "Shop");
        var outputs = stack?["Stacks"]?[0]?["Outputs"]?.AsArray() ?? [];
        var url = (string?)outputs.FirstOrDefault(o => ((string?)o?["OutputKey"])?.StartsWith("WebServiceURL", StringComparison.Ordinal) is true)?["OutputValue"];
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_host.Files.Require().Running.Endpoint, "/cgi-bin/hello"));
        request.Headers.Host = new Uri(url ?? "").Host;
        using var response = await http.SendAsync(request, Ct);
        return (await response.Content.ReadAsStringAsync(Ct)).Split(' ') is ["version", var version, ..] ? version : $"{response.StatusCode}";
    }

    private async Task<string> CdkAsync(string version, params string[] arguments)
    {
        var result = await RunAsync(version, arguments);
        return result.Code is 0 ? result.Text : throw new InvalidOperationException($"cdk {string.Join(' ', arguments)} ended with {result.Code}:\n{result.Text}");
    }

    private async Task<(int Code, string Text)> RunAsync(string version, params string[] arguments)
    {
        var (installation, running) = _host.Files.Require();
        var repository = _host.Image.Name(version).Split('/', 2)[1].Split(':')[0];
        var start = _app.Cdk([.. arguments, "--context", $"repository={repository}", "--context", $"version={version}"]);
        start.Environment["AWS_ENDPOINT_URL"] = running.Endpoint.ToString();
        start.Environment["AWS_REGION"] = "eu-west-1";
        start.Environment["AWS_ACCESS_KEY_ID"] = installation.RootKey.AccessKeyId;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = installation.RootKey.SecretAccessKey;
        var result = await Shell.RunAsync(start, Ct);
        return (result.Code, result.Output + result.Error);
    }
}
