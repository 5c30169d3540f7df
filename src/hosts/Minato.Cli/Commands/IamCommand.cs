using System.CommandLine;
using System.Globalization;
using Minato.Cli.Output;
using Minato.Cli.Running;

namespace Minato.Cli.Commands;

/// <summary>What policies decided: the least a role needs, and why a call was denied.</summary>
internal static class IamCommand
{
    private static readonly Argument<string> Of = new("role") { Description = "Name or ARN of a role or user.", HelpName = "ROLE" };
    private static readonly Argument<string?> Who = new("role") { Description = "Only calls of this role or user, or the id of one request.", HelpName = "ROLE|REQUEST", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<string> Since = new("--since") { Description = "How far back (default: 1h).", HelpName = "TIME", DefaultValueFactory = _ => "1h" };

    public static Command Create()
    {
        var suggest = new Command("suggest", "Writes the policy that allows what a role did or tried since then, and not much more.") { Of, Since };
        suggest.SetAction(SuggestAsync);
        var explain = new Command("explain", "Says which policy decided the calls that were denied last.") { Who };
        explain.SetAction(ExplainAsync);
        return new Command("iam", "What policies decided on the calls of roles and users.") { suggest, explain };
    }

    private static async Task<int> SuggestAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var role = parsed.GetRequiredValue(Of);
        var answer = await minato.SuggestPolicyAsync(role, SecondsOf(parsed.GetRequiredValue(Since)), ct);
        if (answer["actions"]?.GetValue<int>() is 0)
            throw new UserException($"nothing is known of {role} since then: only calls since the server started count, and roles are asked about by name or ARN.");
        if (answer["policy"] is { } policy) Screen.Json(policy);
        return 0;
    }

    private static async Task<int> ExplainAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var answer = await minato.ExplainDenialsAsync(parsed.GetValue(Who), ct);
        var denied = answer["denied"]?.AsArray() ?? [];
        if (parsed.GetValue(Options.Json)) Screen.Json(answer);
        else if (denied.Count == 0) Screen.Done("No call was denied since the server started.");
        else Screen.Table(["when", "who", "action", "resource", "why"], [.. denied.Select(d => new[] { $"{d?["at"]}", $"{d?["principal"]}", $"{d?["action"]}", $"{d?["resource"]}", $"{d?["why"]}" })]);
        return 0;
    }

    // 90s, 15m, 1h, 2d.
    private static double SecondsOf(string text)
    {
        var unit = text.Length > 0 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 } : 0;
        return unit > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            ? count * unit : throw new UserException($"'{text}' is no time: write 30m, 1h or 2d.");
    }
}
