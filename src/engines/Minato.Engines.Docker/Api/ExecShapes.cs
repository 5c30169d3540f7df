namespace Minato.Engines.Docker;

internal sealed record CreateExecBody
{
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; }
    public bool AttachStderr { get; init; }
    public bool Tty { get; init; }
    public string? User { get; init; }
    public required string[] Env { get; init; }
    public required string[] Cmd { get; init; }
}

internal sealed record StartExecBody(bool Detach, bool Tty);

/// <param name="Pid">Of the host.</param>
internal sealed record ExecAnswer(bool Running, int? ExitCode, int Pid);
