using System.Diagnostics;

namespace Minato.Acceptance;

/// <summary>Runs a program as a user would.</summary>
internal static class Shell
{
    public sealed record Result(int Code, string Output, string Error)
    {
        public string Ok() => Code is 0 ? Output : throw new InvalidOperationException($"exit code {Code}: {Error}{Output}");
    }

    public static bool Has(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(p => File.Exists(Path.Combine(p, program)));

    public static Task<Result> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return RunAsync(start, ct);
    }

    public static async Task<Result> RunAsync(ProcessStartInfo start, CancellationToken ct)
    {
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} could not be started");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return new(process.ExitCode, await output, await error);
    }

    public static Task<Result> DockerAsync(CancellationToken ct, params string[] arguments) => RunAsync("docker", arguments, ct);
}
