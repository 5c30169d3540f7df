using System.Diagnostics;

namespace Minato.Acceptance;

/// <summary>Terraform and its AWS provider, unchanged: what is applied is there, differs in nothing when planned again, and goes without a trace.</summary>
[Trait("Floor", "engine")]
public sealed class TerraformTests : IAsyncLifetime
{
    private const int NoDifference = 0;
    private readonly Host _host = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-terraform-").FullName;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => Missing is null ? _host.InitializeAsync() : default;

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_configuration_is_applied_differs_in_nothing_and_is_destroyed_without_a_trace()
    {
        Assert.SkipWhen(Missing is not null, Missing ?? "");
        foreach (var file in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "terraform"), "*.tf")) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        (await TerraformAsync("init", "-input=false")).Ok();
        (await TerraformAsync("apply", "-auto-approve", "-input=false")).Ok();
        var tasks = await _host.AwsAsync(Ct, "ecs", "list-tasks", "--cluster", "shop", "--service-name", "web", "--desired-status", "RUNNING");
        tasks?["taskArns"]?.AsArray().Count.ShouldBe(2, "wait_for_steady_state has waited for them");

        var plan = await TerraformAsync("plan", "-detailed-exitcode", "-input=false");
        plan.Code.ShouldBe(NoDifference, plan.Output + plan.Error);

        await ShiftAsync();
        plan = await TerraformAsync("plan", "-detailed-exitcode", "-input=false");
        plan.Code.ShouldBe(NoDifference, $"A weight that a deployment owns is not drift. {plan.Output}{plan.Error}");

        (await TerraformAsync("destroy", "-auto-approve", "-input=false")).Ok();
        (await _host.ContainersAsync(Ct)).ShouldBeEmpty();
        (await TracesAsync()).ShouldBeEmpty();
    }

    /// <summary>As a deployment does it that goes from blue to green.</summary>
    private async Task ShiftAsync()
    {
        var groups = (await _host.AwsAsync(Ct, "elbv2", "describe-target-groups"))?["TargetGroups"]?.AsArray() ?? [];
        var load = (string?)(await _host.AwsAsync(Ct, "elbv2", "describe-load-balancers", "--names", "shop"))?["LoadBalancers"]?[0]?["LoadBalancerArn"] ?? "";
        var listener = (string?)(await _host.AwsAsync(Ct, "elbv2", "describe-listeners", "--load-balancer-arn", load))?["Listeners"]?[0]?["ListenerArn"] ?? "";
        var rules = (await _host.AwsAsync(Ct, "elbv2", "describe-rules", "--listener-arn", listener))?["Rules"]?.AsArray() ?? [];
        var rule = (string?)rules.First(r => (string?)r?["Priority"] == "10")?["RuleArn"] ?? "";
        var action = $$$"""[{"Type":"forward","ForwardConfig":{"TargetGroups":[{"TargetGroupArn":"{{{ArnOf("shop-blue")}}}","Weight":0},{"TargetGroupArn":"{{{ArnOf("shop-green")}}}","Weight":100}]}}]""";
        await _host.AwsAsync(Ct, "elbv2", "modify-rule", "--rule-arn", rule, "--actions", action);

        string? ArnOf(string name) => (string?)groups.First(g => (string?)g?["TargetGroupName"] == name)?["TargetGroupArn"];
    }

    /// <summary>What is still there of it, by the calls that anybody could make.</summary>
    private async Task<string[]> TracesAsync()
    {
        string[][] questions =
        [
            ["ecs", "list-services", "--cluster", "shop"], ["elbv2", "describe-load-balancers", "--names", "shop"], ["elbv2", "describe-target-groups", "--names", "shop-blue"],
            ["ec2", "describe-vpcs", "--filters", "Name=tag:stack,Values=shop"], ["ec2", "describe-addresses"], ["iam", "get-role", "--role-name", "shop-task"],
            ["logs", "describe-log-groups"], ["logs", "describe-resource-policies"], ["ec2", "describe-vpc-endpoints", "--filters", "Name=tag:stack,Values=shop"], ["secretsmanager", "list-secrets"], ["s3api", "list-buckets"],
            ["ecr", "describe-repositories", "--repository-names", "shop/web"], ["route53", "list-hosted-zones"],
        ];
        var traces = new List<string>();
        foreach (var question in questions)
        {
            var result = await _host.AwsResultAsync(Ct, question);
            if (result.Code is 0 && result.Output.Contains("shop", StringComparison.Ordinal)) traces.Add($"{string.Join(' ', question)}: {result.Output}");
        }
        return [.. traces];
    }

    private Task<Shell.Result> TerraformAsync(params string[] arguments)
    {
        var (installation, running) = _host.Files.Require();
        var start = new ProcessStartInfo("terraform", [.. arguments, "-no-color"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder,
        };
        (string Name, string Value)[] environment =
        [
            ("AWS_ENDPOINT_URL", running.Endpoint.ToString()), ("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", installation.RootKey.AccessKeyId),
            ("AWS_SECRET_ACCESS_KEY", installation.RootKey.SecretAccessKey), ("AWS_EC2_METADATA_DISABLED", "true"), ("CHECKPOINT_DISABLE", "1"),
            ("TF_CLI_CONFIG_FILE", WriteSettings()), ("TF_VAR_image", _host.Image.Name("v1")),
        ];
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Shell.RunAsync(start, Ct);
    }

    private string WriteSettings()
    {
        var file = Path.Combine(_folder, "terraform.rc");
        File.WriteAllText(file, $"provider_installation {{\n  filesystem_mirror {{ path = \"{Mirror}\" }}\n}}\n");
        return file;
    }

    /// <summary>Why nothing can be tried here, or null.</summary>
    private static string? Missing => Host.Missing ?? (!Shell.Has("terraform") ? "Terraform is not installed"
        : Mirror is null ? "no copy of Terraform's AWS provider is on this machine"
        : File.Exists("/usr/bin/aws") ? null : "the AWS CLI is not installed");

    /// <summary>Where copies of providers are kept: in one of the folders that Terraform looks into by itself, or somewhere below /opt.</summary>
    private static string? Mirror => new[] { "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins" }
        .Append(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".terraform.d", "plugins"))
        .Concat(Directory.Exists("/opt") ? Directory.EnumerateDirectories("/opt") : [])
        .FirstOrDefault(d => Directory.Exists(Path.Combine(d, "registry.terraform.io", "hashicorp", "aws")));
}
