using System.Diagnostics;
using System.Globalization;

namespace Minato.Cli.Sessions;

/// <summary>The terminal of this process, raw for as long as it is open; nothing changes where there is none.</summary>
internal sealed class Terminal : IDisposable
{
    private readonly string? _before;

    private Terminal(string? before) => _before = before;

    public bool IsInteractive => _before is not null;

    public static Terminal Open()
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected || Stty("-g") is not { Length: > 0 } before) return new(null);
        Stty("raw", "-echo");
        return new(before);
    }

    /// <returns>Null when nobody knows.</returns>
    public (int Columns, int Rows)? Size()
    {
        if (!IsInteractive || Stty("size")?.Split(' ') is not [var rows, var columns]) return null;
        return int.TryParse(rows, CultureInfo.InvariantCulture, out var r) && int.TryParse(columns, CultureInfo.InvariantCulture, out var c) && r > 0 && c > 0 ? (c, r) : null;
    }

    public void Dispose()
    {
        if (_before is not null) Stty(_before);
    }

    private static string? Stty(params string[] arguments)
    {
        try
        {
            using var stty = Process.Start(new ProcessStartInfo("stty", arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            if (stty is null) return null;
            var words = stty.StandardOutput.ReadToEnd().Trim();
            stty.WaitForExit();
            return stty.ExitCode == 0 ? words : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
