using System.ComponentModel;
using System.Diagnostics;

namespace Minato.Engines.Network;

/// <summary>A program of this host that changes its network.</summary>
/// <param name="path">Its name or where it is.</param>
/// <param name="package">What a person installs to have it.</param>
internal sealed class HostProgram(string path, string package)
{
    /// <returns>Null as the problem when it did what it was told; otherwise what it said.</returns>
    public async Task<(string? Problem, string Output)> RunAsync(string[] arguments, string input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start) ?? throw new Win32Exception();
            var errors = process.StandardError.ReadToEndAsync(ct);
            var output = process.StandardOutput.ReadToEndAsync(ct);
            await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ct);
            return (process.ExitCode == 0 ? null : $"{path} refused: {(await errors).Trim()}", await output);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return ($"{path} does not start ({e.Message}): install {package} and run Minato as root", "");
        }
    }
}
