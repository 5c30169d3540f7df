using Microsoft.Extensions.DependencyInjection;

namespace Minato.Engines.Functions;

/// <param name="File">Where the addresses of functions are kept.</param>
public sealed record HttpFunctionOptions(string File);

public static class FunctionServices
{
    /// <summary>Registers <see cref="IFunctionEngine"/> for functions behind HTTP, their <see cref="IFunctionEntrance"/>, and <see cref="FunctionTargets"/>.</summary>
    public static IServiceCollection AddHttpFunctions(this IServiceCollection services, HttpFunctionOptions options) => services
        .AddSingleton(options)
        .AddSingleton<FunctionTargets>()
        .AddSingleton<IFunctionEngine, HttpFunctionEngine>()
        .AddSingleton<IFunctionEntrance, HttpFunctionEntrance>();
}
