using System.CommandLine;
using Minato.Cli.Commands;

namespace Minato.Cli.Tests;

/// <summary>How <c>./minato lint</c> ends: a pipeline looks at nothing else.</summary>
public sealed class LintCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-lint-").FullName;

    public LintCommandTests() => File.WriteAllText(Dockerfile, "FROM debian:12\nRUN sudo true\nUSER app\n");

    private string Dockerfile => Path.Combine(_folder, "Dockerfile");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", 0)]
    [InlineData("--fail-on error", 2)] // DL3004: sudo.
    [InlineData("--fail-on fatal --format json", 2)]
    [InlineData("--fail-on error --ignore DL3004 --format sarif", 0)]
    public async Task It_ends_with_2_when_a_finding_is_as_grave_as_asked(string options, int code) =>
        (await LintAsync([Dockerfile, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)])).ShouldBe(code);

    [Fact]
    public async Task The_ignore_file_beside_a_target_holds()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, ".minatolint"), "DL3004 Dockerfile # a reason\n", TestContext.Current.CancellationToken);
        (await LintAsync([Dockerfile, "--fail-on", "error"])).ShouldBe(0);
    }

    [Fact]
    public async Task A_task_definition_is_told_by_its_name()
    {
        var file = Path.Combine(_folder, "task.json");
        await File.WriteAllTextAsync(file, """{"containerDefinitions":[{"name":"a","image":"a:1","privileged":true}]}""", TestContext.Current.CancellationToken);
        (await LintAsync([file, "--fail-on", "error"])).ShouldBe(2);
    }

    [Theory]
    [InlineData("--format", "xml")]
    [InlineData("--fail-on", "never")]
    public async Task What_it_does_not_know_it_says(string option, string value) => (await Should.ThrowAsync<UserException>(() => LintAsync([Dockerfile, option, value]))).Message.ShouldStartWith($"{option} takes ");

    private static async Task<int> LintAsync(string[] arguments)
    {
        var root = new RootCommand { LintCommand.Create() };
        Options.AddShared(root);
        return await root.Parse(["lint", .. arguments]).InvokeAsync(new() { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
    }
}
