namespace Minato.Lint;

/// <summary>From advice to what must not ship. Dockle's FATAL is an error here, its WARN a warning.</summary>
internal enum LintLevel { Info, Warning, Error }

/// <param name="Code">hadolint's (DL…), Dockle's (CIS-DI…, DKL-…) for what they share, ours (MIN…) for the rest.</param>
/// <param name="Why">What goes wrong otherwise.</param>
/// <param name="Fix">What to write instead.</param>
internal sealed record LintRule(string Code, LintLevel Level, string Title, string Why, string Fix);

/// <param name="Line">From 1; 0 for the whole.</param>
/// <param name="Message">What was found, where.</param>
internal sealed record LintFinding(LintRule Rule, string File, int Line, string Message);
