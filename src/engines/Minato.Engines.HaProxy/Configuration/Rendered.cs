using System.Collections.Immutable;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>A configuration in HAProxy's words.</summary>
internal sealed record Rendered
{
    /// <summary>Names everything that only a reload can change.</summary>
    public required string Shape { get; init; }
    public required string Text { get; init; }

    /// <summary>Files that the configuration reads when it is loaded, maps among them.</summary>
    public required ImmutableSortedDictionary<string, string> Files { get; init; }
}

/// <summary>The configuration cannot be written down. <see cref="Exception.Message"/> names what is wrong with it.</summary>
internal sealed class UnwritableConfigurationException(string message) : Exception(message);
