using Minato.Cli.Running;

namespace Minato.Cli.Tests;

public sealed class EngineInstallerTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("our own", false), InlineData("another's", true), InlineData("nobody's", true), InlineData("no number", true)]
    public void The_pid_file_of_a_daemon_that_was_killed_goes_and_that_of_one_that_runs_stays(string whose, bool goes)
    {
        File.WriteAllText(_file, whose switch { "nobody's" => "4194999", "no number" => "", _ => $"{Environment.ProcessId}\n" });
        var running = File.ReadAllText($"/proc/{Environment.ProcessId}/comm").Trim();
        EngineInstaller.RemoveStale(_file, whose is "our own" ? running : "dockerd");
        File.Exists(_file).ShouldBe(!goes);
        EngineInstaller.RemoveStale(_file + ".none", "dockerd");
    }
}
