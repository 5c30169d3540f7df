using System.Collections.Immutable;

namespace Minato.Testing.Containers;

/// <summary>What a container of a contract test does; each engine's tests say it in their own way.</summary>
public sealed record ContainerKitProgram
{
    /// <summary>Written at once, in this order.</summary>
    public ImmutableArray<ContainerKitLine> Writes { get; init; } = [];

    /// <summary>Written last, without a line feed.</summary>
    public string LastWords { get; init; } = "";

    /// <summary>Exit code; null runs until it is told to stop.</summary>
    public int? Exits { get; init; }

    /// <summary>Exit code after SIGTERM; null ignores it.</summary>
    public int? OnTerminate { get; init; } = 0;

    /// <summary>What its health check sees.</summary>
    public bool IsWell { get; init; } = true;

    public static ContainerKitProgram Waits { get; } = new();
}

/// <param name="Repeat">The text so many times over, in one line.</param>
public sealed record ContainerKitLine(string Text, bool IsError = false, int Repeat = 1);
