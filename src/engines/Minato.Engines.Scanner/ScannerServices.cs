using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Scanner.Advisories;
using Minato.Engines.Scanner.Worker;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner;

/// <summary>Registration of what scans images.</summary>
public static class ScannerServices
{
    /// <summary>Chooses the scanner: <c>minato</c> or <c>trivy</c>.</summary>
    public const string Setting = "MINATO_SCANNER";

    /// <param name="directory">Where the imported vulnerabilities are: the data directory.</param>
    /// <exception cref="InvalidOperationException">Trivy was chosen and is not there.</exception>
    public static IServiceCollection AddImageScanner(this IServiceCollection services, string directory) => services
        .AddSingleton<IImageScanner>(_ => Environment.GetEnvironmentVariable(Setting) switch
        {
            null or "" or "minato" => Create(directory),
            "trivy" => FindTrivy() ?? throw new InvalidOperationException($"{Setting} is trivy, and trivy is not on PATH."),
            var other => throw new InvalidOperationException($"{Setting} is {other}: it takes minato or trivy."),
        });

    internal static MinatoScanner Create(string directory) => new(new AdvisoryDatabase(directory), ScanWorker.Beside());

    internal static IImageScanner? FindTrivy() => TrivyScanner.Find(Environment.GetEnvironmentVariable("PATH"));
}
