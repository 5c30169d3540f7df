using Microsoft.Extensions.DependencyInjection;
using Minato.AccessAnalyzer.Api;
using Minato.Contracts.Accessanalyzer;

namespace Minato.AccessAnalyzer;

/// <summary>The door of IAM Access Analyzer: its validation of policies.</summary>
public static class AccessAnalyzerRoom
{
    /// <param name="services">Needs page tokens.</param>
    public static IServiceCollection AddAccessAnalyzer(this IServiceCollection services) => services.AddSingleton<IAccessanalyzer, AccessAnalyzerApi>();
}
