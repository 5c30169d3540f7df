using Minato.Lint.Shell;

namespace Minato.Lint.Images;

/// <summary>Checkpoints of the commands that made an image, as its history keeps them.</summary>
internal static class HistoryRules
{
    public static void Check(IReadOnlyList<string> history, Action<string, string> tell)
    {
        var isBase = true;
        foreach (var step in history)
        {
            var isAdd = step.Contains("ADD ", StringComparison.Ordinal) && (step.Contains(" in ", StringComparison.Ordinal) || step.Contains("buildkit", StringComparison.Ordinal));
            // The oldest ADD is the base image's own file system.
            if (isAdd && !isBase) tell("CIS-DI-0009", $"ADD is used: {Short(step)}");
            if (isAdd) isBase = false;
            Step(step, ShellReader.Read(Script(step)), tell);
        }
    }

    private static void Step(string step, IReadOnlyList<ShellCommand> commands, Action<string, string> tell)
    {
        var apts = commands.Where(c => c.Name is "apt-get" or "apt" or "aptitude").ToList();
        var update = apts.FindIndex(c => c.Operands.FirstOrDefault() == "update");
        var install = apts.FindLastIndex(c => c.Operands.FirstOrDefault() is "install" or "upgrade" or "dist-upgrade" or "full-upgrade");
        if (update >= 0 && install < update) tell("CIS-DI-0007", $"update stands alone: {Short(step)}");
        if (apts.Any(c => c.Operands.FirstOrDefault() == "dist-upgrade")) tell("DKL-DI-0003", $"dist-upgrade is used: {Short(step)}");
        var last = LastIndex(commands, c => c.Name is "apt-get" or "apt" or "aptitude" && c.Operands.FirstOrDefault() is "update" or "install");
        var clear = LastIndex(commands, c => c.Name == "rm" && c.Arguments.Any(a => a.StartsWith("/var/lib/apt/lists", StringComparison.Ordinal)));
        if (last >= 0 && clear < last) tell("DKL-DI-0005", $"apt's lists stay: {Short(step)}");
        if (commands.Any(c => c.Name == "sudo")) tell("DKL-DI-0001", $"sudo is used: {Short(step)}");
        if (commands.Any(c => c.Is("apk", "add") && !c.HasFlag("--no-cache"))) tell("DKL-DI-0004", $"apk add keeps its index: {Short(step)}");
    }

    private static int LastIndex(IReadOnlyList<ShellCommand> commands, Func<ShellCommand, bool> matches)
    {
        for (var i = commands.Count - 1; i >= 0; i--) if (matches(commands[i])) return i;
        return -1;
    }

    // "/bin/sh -c apt-get update", "RUN /bin/sh -c apt-get update # buildkit", "|1 A=b /bin/sh -c …".
    private static string Script(string step)
    {
        var shell = step.IndexOf("/bin/sh -c ", StringComparison.Ordinal);
        if (shell < 0) return "";
        var script = step[(shell + "/bin/sh -c ".Length)..];
        return script.StartsWith("#(nop)", StringComparison.Ordinal) ? "" : script.Replace("# buildkit", "", StringComparison.Ordinal);
    }

    private static string Short(string step) => step.Length <= 120 ? step : step[..120] + "…";
}
