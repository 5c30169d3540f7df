namespace Minato.Server.Tests;

/// <summary>What an installation keeps of itself in its directory, and what it leaves there.</summary>
public sealed class InstallationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-installation-").FullName;

    private string FilePath => Path.Combine(_folder, "installation.json");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void What_was_in_the_directory_before_is_left_when_everything_of_the_installation_goes()
    {
        File.WriteAllText(Path.Combine(_folder, "notes.txt"), "mine");
        Directory.CreateDirectory(Path.Combine(_folder, "src"));
        File.WriteAllText(Path.Combine(_folder, DataDirectory.LogFile), "a server that is about to start writes this first");
        Open().Others.ShouldBe(["notes.txt", "src"]);
        File.WriteAllText(Path.Combine(_folder, "state.db"), "");
        Directory.CreateDirectory(Path.Combine(_folder, "haproxy", "certificates"));
        var again = Open();
        again.Others.ShouldBe(["notes.txt", "src"]);
        DataDirectory.Clear(_folder, again.Others ?? []);
        Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order().ShouldBe(["notes.txt", "src"]);
    }

    [Fact]
    public void A_directory_of_its_own_goes_as_a_whole()
    {
        var elsewhere = Directory.CreateTempSubdirectory("minato-elsewhere-").FullName;
        try
        {
            var file = Open();
            Directory.CreateSymbolicLink(Path.Combine(_folder, "link"), elsewhere);
            File.WriteAllText(Path.Combine(elsewhere, "kept"), "");
            DataDirectory.Clear(_folder, file.Others ?? []);
            Directory.Exists(_folder).ShouldBeFalse();
            File.Exists(Path.Combine(elsewhere, "kept")).ShouldBeTrue("a link goes, not what it leads to");
        }
        finally { Directory.Delete(elsewhere, recursive: true); }
    }

    [Fact]
    public void An_installation_of_an_older_Minato_is_read()
    {
        Open();
        var text = File.ReadAllText(FilePath);
        File.WriteAllText(FilePath, text.Replace("\"Others\": []", "\"Unknown\": []", StringComparison.Ordinal));
        (InstallationFile.Find(_folder)?.Others ?? []).ShouldBeEmpty();
    }

    [Theory, InlineData(""), InlineData("{"), InlineData("[]")]
    public void A_damaged_file_is_named_and_what_to_do(string content)
    {
        File.WriteAllText(FilePath, content);
        Should.Throw<ServerStartException>(Open).Message.ShouldStartWith($"{FilePath} is damaged: ");
    }

    [Fact]
    public void What_cannot_be_read_or_written_is_told_in_a_line()
    {
        Directory.CreateDirectory(FilePath);
        Should.Throw<ServerStartException>(Open).Message.ShouldStartWith($"{FilePath} cannot be read: ");
        Directory.Delete(FilePath);
        Directory.CreateDirectory(FilePath + ".new");
        Should.Throw<ServerStartException>(Open).Message.ShouldStartWith($"the data directory {_folder} cannot be written: ");
        Directory.CreateDirectory(Path.Combine(_folder, "server.json.new"));
        Should.Throw<ServerStartException>(() => new RunningFile(1, default, new("http://127.0.0.1:4566")).Write(_folder)).Message
            .ShouldEndWith("Free some space or see to its permissions, or choose another with --data DIR.");
    }

    private InstallationFile Open() => InstallationFile.Open(new() { DataDirectory = _folder, Port = 0 });
}
