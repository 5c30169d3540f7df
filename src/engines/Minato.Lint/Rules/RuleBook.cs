namespace Minato.Lint.Rules;

/// <summary>Every rule with what it means and what to do about it.</summary>
internal static partial class RuleBook
{
    // Lazy: which part's lists are made first is nobody's promise.
    private static readonly Lazy<Dictionary<string, LintRule>> s_all =
        new(() => Dockerfile.Concat(DockerfileOwn).Concat(Image).Concat(TaskDefinition).ToDictionary(r => r.Code, StringComparer.Ordinal));

    public static IReadOnlyCollection<LintRule> All => s_all.Value.Values;

    public static LintRule Of(string code) => s_all.Value[code];

    private static LintRule Info(string code, string title, string why, string fix) => new(code, LintLevel.Info, title, why, fix);

    private static LintRule Warning(string code, string title, string why, string fix) => new(code, LintLevel.Warning, title, why, fix);

    private static LintRule Error(string code, string title, string why, string fix) => new(code, LintLevel.Error, title, why, fix);
}
