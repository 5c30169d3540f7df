using System.CommandLine;
using System.Net.WebSockets;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Cli.Sessions;
using Minato.Contracts.Ecs;
using Minato.Engines.Sessions;

namespace Minato.Cli.Commands;

/// <summary>Runs a command in a container of a task by ECS Exec, and ends with its exit code.</summary>
internal static class ExecCommand
{
    private static readonly Argument<string> TaskName = new("task") { Description = "Task: its id or ARN." };
    private static readonly Argument<string[]> Words = new("command") { Description = "Command and its arguments, after --.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Container = new("--container") { Description = "Container, if the task has several.", HelpName = "NAME" };
    private static readonly Option<string?> Cluster = new("--cluster") { Description = "Cluster (default: default).", HelpName = "NAME" };

    public static Command Create()
    {
        var command = new Command("exec", "Runs a command in a container of a task (ECS Exec).") { TaskName, Words, Container, Cluster };
        AwsAccess.AddOptions(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken ct)
    {
        using var aws = AwsAccess.Of(parsed);
        var answer = await aws.Ecs.ExecuteCommandAsync(new()
        {
            Cluster = parsed.GetValue(Cluster), Task = parsed.GetRequiredValue(TaskName), Container = parsed.GetValue(Container),
            Command = ShellWords.Join(parsed.GetRequiredValue(Words)), Interactive = true,
        }, aws.Caller, ct);
        if (answer.Session is not { StreamUrl: { } url, TokenValue: { } token }) throw new UserException("the answer has no session.");
        return await TalkAsync(new(url), token, ct);
    }

    private static async Task<int> TalkAsync(Uri url, string token, CancellationToken ct)
    {
        using var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(url, ct);
            await using var session = await SessionClient.OpenAsync(socket, token, new(), TimeProvider.System, Guid.NewGuid, ct);
            using var terminal = Terminal.Open();
            await new SessionTerminal(session, terminal).RunAsync(ct);
            return Exit(session);
        }
        catch (Exception e) when (e is WebSocketException or IOException)
        {
            throw new UserException(e.Message);
        }
    }

    private static int Exit(SessionClient session)
    {
        const int unknown = 255;
        if (session.Farewell is not { } farewell) throw new UserException("the connection to the session broke.");
        if (!string.IsNullOrEmpty(farewell.Words)) Screen.Error(farewell.Words);
        return farewell.ExitCode ?? (string.IsNullOrEmpty(farewell.Words) ? 0 : unknown);
    }
}
