using System.Collections.Immutable;

namespace Minato.Lint.Images;

/// <summary>What rules look at of an image: its configuration, its history and the files of interest.</summary>
internal sealed record ImageSubject
{
    public required string Name { get; init; }
    public string User { get; init; } = "";
    public bool HasHealthCheck { get; init; }
    public ImmutableArray<string> Environment { get; init; } = [];
    public ImmutableArray<string> Volumes { get; init; } = [];

    /// <summary>The commands that made the layers, oldest first.</summary>
    public ImmutableArray<string> History { get; init; } = [];

    /// <summary>Null when nobody read the layers: the checkpoints that need them are left out.</summary>
    public ImmutableArray<ImageFile>? Files { get; init; }
    public ImmutableArray<string> Secrets { get; init; } = [];

    /// <summary>Compressed, of all layers; 0 when it is not known.</summary>
    public long Size { get; init; }

    /// <summary>Null when it is not asked about.</summary>
    public bool? IsContentTrusted { get; init; }
}

/// <param name="Mode">Permission bits with setuid and setgid.</param>
/// <param name="Text">Of etc/passwd, etc/group and etc/shadow.</param>
internal sealed record ImageFile(string Path, int Mode, bool IsDirectory, string? Text);
