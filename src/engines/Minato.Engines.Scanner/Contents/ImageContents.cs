using System.Collections.Immutable;
using Minato.Engines.Scanner.Packages;

namespace Minato.Engines.Scanner.Contents;

/// <summary>What the layers of an image hold that anybody asks about.</summary>
internal sealed record ImageContents
{
    public Distribution? Distribution { get; init; }
    public ImmutableArray<Package> Packages { get; init; } = [];
    public ImmutableArray<FoundSecret> Secrets { get; init; } = [];

    /// <summary>Files that lint rules look at, as they are in the uppermost layer.</summary>
    public ImmutableArray<FileFact> Files { get; init; } = [];

    /// <summary>What is odd about the archives, or was not read, in sentences.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <param name="Kind">The rule that found it.</param>
/// <param name="Redacted">Enough to find it again, never enough to use it.</param>
internal sealed record FoundSecret(string Kind, string Path, int Line, int Layer, string Redacted);

/// <param name="Mode">Permission bits with setuid, setgid and sticky.</param>
/// <param name="Text">The contents of account files; null of all others.</param>
internal sealed record FileFact(string Path, int Mode, bool IsDirectory, int Layer, string? Text);
