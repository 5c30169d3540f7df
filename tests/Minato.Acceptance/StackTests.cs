namespace Minato.Acceptance;

/// <summary>Templates as people bring them: with the AWS CLI, and when the server starts.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class StackTests(Host host)
{
    private const string Template = """
        Parameters: { Value: { Type: String, Default: one } }
        Resources:
          Parameter: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !Ref Value } }
          Group: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 7 } }
        Outputs:
          Name: { Value: !Ref Parameter }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_aws_cli_deploys_a_template_changes_it_and_finds_nothing_to_change()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/aws"), "the AWS CLI is not installed");
        var file = await FileAsync("cli", Template);
        (await DeployAsync(file)).Ok().ShouldContain("Successfully created/updated stack - cli-stack");
        (await ValueAsync()).ShouldBe("one");
        (await DeployAsync(file, "--parameter-overrides", "Value=two")).Ok().ShouldContain("Successfully created/updated stack - cli-stack");
        (await ValueAsync()).ShouldBe("two");
        (await DeployAsync(file)).Ok().ShouldContain("No changes to deploy. Stack cli-stack is up to date");
        // The CLI names change sets by the second: in another stack none can have the name.
        var wrong = await DeployAsync(await FileAsync("wrong", Template.Replace("!Ref Value", "!Ref Nobody", StringComparison.Ordinal)), "--stack-name", "wrong-stack");
        wrong.Code.ShouldNotBe(0);
        wrong.Error.ShouldContain("An error occurred (ValidationError) when calling the CreateChangeSet operation: Template format error: Unresolved resource dependencies [Nobody] in the Resources block of the template");
        await host.AwsAsync(Ct, "cloudformation", "delete-stack", "--stack-name", "cli-stack");
        await host.AwsAsync(Ct, "cloudformation", "wait", "stack-delete-complete", "--stack-name", "cli-stack");
    }

    [Fact]
    public async Task A_template_given_at_start_is_a_stack_of_the_files_name()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var file = await FileAsync("at-start", Template);
        (await host.RunAsync(Ct, "up", "--detach", "--no-install", "--template", file)).Ok().ShouldContain("Stack at-start is CREATE_COMPLETE.");
        (await host.RunAsync(Ct, "up", "--detach", "--no-install", "--template", file)).Ok().ShouldContain("Stack at-start is up to date.");
        await File.WriteAllTextAsync(file, Template.Replace("Default: one", "Default: three", StringComparison.Ordinal), Ct);
        (await host.RunAsync(Ct, "up", "--detach", "--no-install", "--template", file)).Ok().ShouldContain("Stack at-start is UPDATE_COMPLETE.");
        await File.WriteAllTextAsync(file, "Resources: {}", Ct);
        (await host.RunAsync(Ct, "up", "--detach", "--no-install", "--template", file)).Error.ShouldContain("At least one Resources member must be defined.");
    }

    private Task<Shell.Result> DeployAsync(string file, params string[] more) =>
        host.AwsResultAsync(Ct, ["cloudformation", "deploy", "--stack-name", "cli-stack", "--template-file", file, .. more]);

    private async Task<string> ValueAsync()
    {
        var name = $"{(await host.AwsAsync(Ct, "cloudformation", "describe-stacks", "--stack-name", "cli-stack"))?["Stacks"]?[0]?["Outputs"]?[0]?["OutputValue"]}";
        return $"{(await host.AwsAsync(Ct, "ssm", "get-parameter", "--name", name))?["Parameter"]?["Value"]}";
    }

    private static async Task<string> FileAsync(string name, string text)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("minato-stack-").FullName, $"{name}.yaml");
        await File.WriteAllTextAsync(file, text, Ct);
        return file;
    }
}
