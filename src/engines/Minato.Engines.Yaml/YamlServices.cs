using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Documents;

namespace Minato.Engines.Yaml;

public static class YamlServices
{
    /// <summary>Registers <see cref="IYamlReader"/>.</summary>
    public static IServiceCollection AddYaml(this IServiceCollection services) => services.AddSingleton<IYamlReader, YamlDotNetReader>();
}
