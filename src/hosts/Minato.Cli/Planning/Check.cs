namespace Minato.Cli.Planning;

internal enum CheckOutcome { Passed, Failed, Unknown }

/// <summary>One thing that has to be there before a task can start.</summary>
internal sealed record Check(string Subject, CheckOutcome Outcome, string Words)
{
    public static Check Passed(string subject, string words) => new(subject, CheckOutcome.Passed, words);

    public static Check Failed(string subject, string words) => new(subject, CheckOutcome.Failed, words);

    /// <summary>Nobody but a task that starts can tell.</summary>
    public static Check Unknown(string subject, string words) => new(subject, CheckOutcome.Unknown, words);
}
