using System.CommandLine;
using System.Diagnostics;
using System.IO.Pipes;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Minato.Cli.Commands;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Server;

namespace Minato.Cli.Tests;

/// <summary>Commands beside a server that runs, cannot run, or answers badly. This process stands for the server.</summary>
public sealed class ServerCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-command-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private string LogPath => Path.Combine(_folder, "server.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--port 4567", "--port"), InlineData("--account 210987654321", "--account"), InlineData("--credentials AKIAOTHER:secret", "--credentials")]
    [InlineData("--port 4567 --dns-port 1", "--port and --dns-port")]
    public async Task Up_refuses_what_the_server_that_runs_already_has_otherwise(string options, string named)
    {
        SetUp(4566);
        (await Should.ThrowAsync<UserException>(() => UpAsync(options))).Message.ShouldBe(
            $"a server runs already on {_folder} at http://127.0.0.1:4566, with another {named}. Stop it first with ./minato down --data {_folder}, or choose another folder with --data DIR.");
    }

    [Theory]
    [InlineData(""), InlineData("--port 0"), InlineData("--port 4566 --account 123456789012 --credentials AKIATEST:secret"), InlineData("--throttle 2")]
    public async Task Up_is_content_with_a_server_that_runs_already_as_asked(string options)
    {
        SetUp(4566);
        (await UpAsync(options)).ShouldBe(0);
    }

    [Theory, InlineData("abc"), InlineData("70000"), InlineData("")]
    public void A_port_that_is_none_is_refused_in_words_before_anything_starts(string text)
    {
        var root = new RootCommand { UpCommand.Create() };
        Options.AddShared(root);
        root.Parse(["up", "--port", text]).Errors.ShouldHaveSingleItem().Message.ShouldBe($"--port takes a number from 0 (any free one) to 65535, not '{text}'.");
    }

    [Fact]
    public void A_server_is_known_by_the_kernels_count_whatever_the_clock_was_set_to()
    {
        var endpoint = new Uri("http://127.0.0.1:4566");
        var start = RunningFile.StartOf(Environment.ProcessId);
        ServerFiles.IsAlive(new(Environment.ProcessId, DateTimeOffset.UnixEpoch, endpoint, start)).ShouldBeTrue();
        ServerFiles.IsAlive(new(Environment.ProcessId, DateTimeOffset.UnixEpoch, endpoint, $"{start}0")).ShouldBeFalse("its number was given to another");
        ServerFiles.IsAlive(new(4_194_999, DateTimeOffset.UnixEpoch, endpoint, start)).ShouldBeFalse();
        ServerFiles.IsAlive(new(Environment.ProcessId, DateTimeOffset.UnixEpoch, endpoint)).ShouldBeFalse("as an older server wrote it");
    }

    [Fact]
    public void What_a_server_said_before_it_stopped_is_told_without_what_earlier_ones_said()
    {
        File.WriteAllText(LogPath, "minato: of an earlier start\n");
        var begin = ServerProcess.BeginLog(LogPath);
        File.AppendAllText(LogPath, "minato: port 4566 on 127.0.0.1 is in use by another program.\n");
        ServerProcess.SaidSince(begin, LogPath).ShouldBe("port 4566 on 127.0.0.1 is in use by another program.");
        ServerProcess.SaidSince(ServerProcess.BeginLog(LogPath), LogPath).ShouldBe($"it did not say why. Run it where it can be seen: ./minato up --data {_folder}");
    }

    [Fact]
    public void A_full_disk_is_told_before_a_server_is_started_that_could_not_tell_it()
    {
        File.CreateSymbolicLink(LogPath, "/dev/full");
        Should.Throw<UserException>(() => ServerProcess.BeginLog(LogPath)).Message.ShouldStartWith("the log of the server cannot be written: No space left on device");
    }

    [Fact]
    public void Nobody_reads_any_more_when_the_other_end_of_the_pipe_is_closed()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        var file = (int)pipe.SafePipeHandle.DangerousGetHandle();
        Reader.IsGone(file).ShouldBeFalse();
        pipe.DisposeLocalCopyOfClientHandle();
        Reader.IsGone(file).ShouldBeTrue();
    }

    [Theory]
    [InlineData("short", 10, "short"), InlineData("just fits.", 10, "just fits."), InlineData("it is longer", 10, "it is lon…"), InlineData("nobody knows", 0, "nobody knows")]
    public void Progress_never_takes_more_than_one_row(string text, int columns, string shown) => Screen.Fit(text, columns).ShouldBe(shown);

    [Fact]
    public async Task An_answer_without_words_is_told_by_its_status() => await AskAsync("500 Internal Server Error", "", async minato =>
        (await Should.ThrowAsync<UserException>(() => minato.ResetAsync(Ct))).Message.ShouldBe("POST /_minato/reset answered 500: the server's log may say why"));

    // Between two tests of somebody who follows events meanwhile everything is reset.
    [Fact]
    public async Task A_cluster_that_goes_away_after_it_was_listed_has_no_services() =>
        await AskAsync("400 Bad Request", """{"__type":"ClusterNotFoundException","message":"Cluster not found."}""", async minato => (await minato.ServicesAsync("gone", Ct)).ShouldBeEmpty());

    private async Task AskAsync(string status, string body, Func<MinatoClient, Task> ask)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        SetUp(((IPEndPoint)listener.LocalEndpoint).Port);
        var answering = AnswerAsync(listener, $"HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");
        using var minato = new MinatoClient(new ServerFiles(_folder), "us-east-1");
        await ask(minato);
        await answering;
    }

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(Ct);
        await using var stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[4096], Ct);
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), Ct);
    }

    private void SetUp(int port)
    {
        using var self = Process.GetCurrentProcess();
        Write("installation.json", new InstallationFile
        {
            Id = "test", AccountId = "123456789012", RootKey = new("AKIATEST", "secret"), Secret = new byte[32], SharedProxyPort = 1, Port = port, DnsPort = 4653,
        });
        Write("server.json", new RunningFile(self.Id, new(self.StartTime), new($"http://127.0.0.1:{port}")));
    }

    private void Write<T>(string name, T content) => File.WriteAllText(Path.Combine(_folder, name), JsonSerializer.Serialize(content));

    private async Task<int> UpAsync(string options)
    {
        var root = new RootCommand { UpCommand.Create() };
        Options.AddShared(root);
        return await root.Parse(["up", "--detach", "--no-install", "--data", _folder, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)])
            .InvokeAsync(new() { EnableDefaultExceptionHandler = false }, Ct);
    }
}
