namespace Minato.Cli;

/// <summary>Something the user can act on; the message says what is wrong and what to do next.</summary>
internal sealed class UserException(string message, int exitCode = 1) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
