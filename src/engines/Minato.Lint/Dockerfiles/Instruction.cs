using System.Collections.Immutable;

namespace Minato.Lint.Dockerfiles;

/// <summary>One instruction of a Dockerfile, continued lines and here-documents among it.</summary>
internal sealed record Instruction
{
    /// <summary>In capitals, as in <c>RUN</c>.</summary>
    public required string Keyword { get; init; }
    public required int Line { get; init; }

    /// <summary>What follows keyword and flags, on one line.</summary>
    public required string Text { get; init; }
    public ImmutableArray<InstructionFlag> Flags { get; init; } = [];

    /// <summary>The exec form; null for the shell form, and for what is no JSON.</summary>
    public ImmutableArray<string>? Json { get; init; }
    public ImmutableArray<HereDocument> Documents { get; init; } = [];

    /// <summary>Of <c>ONBUILD</c>: what it keeps for later.</summary>
    public Instruction? Later { get; init; }

    /// <summary>Codes that a comment above it takes back.</summary>
    public ImmutableArray<string> Ignored { get; init; } = [];

    /// <summary>Words, or the items of the exec form.</summary>
    public ImmutableArray<string> Words => Json ?? [.. Dockerfiles.Words.Split(Text)];

    public string? Flag(string name) => Flags.FirstOrDefault(f => f.Name == name)?.Value;

    /// <summary>What a shell gets to read: the text, or the here-documents when they are the script.</summary>
    public string Script => Documents.Length > 0 && Text.StartsWith("<<", StringComparison.Ordinal) ? string.Join('\n', Documents.Select(d => d.Text)) : Json is { } words ? string.Join(' ', words) : Text;
}

internal sealed record InstructionFlag(string Name, string Value);

/// <param name="IsLiteral">Its word was quoted: nothing in it is expanded.</param>
internal sealed record HereDocument(string Word, string Text, bool IsLiteral);

/// <summary>From one FROM to the next.</summary>
internal sealed record Stage
{
    public required int Index { get; init; }
    public required Instruction From { get; init; }

    /// <summary>Of the base, with the arguments before the first FROM filled in.</summary>
    public required string Image { get; init; }
    public string? Name { get; init; }
    public ImmutableArray<Instruction> Instructions { get; init; } = [];
}

/// <summary>A Dockerfile as it was written.</summary>
internal sealed record Dockerfile
{
    public ImmutableArray<Instruction> Instructions { get; init; } = [];
    public ImmutableArray<Stage> Stages { get; init; } = [];

    /// <summary>What the parser could not make sense of: line and words.</summary>
    public ImmutableArray<(int Line, string Words)> Errors { get; init; } = [];
    public ImmutableArray<string> IgnoredEverywhere { get; init; } = [];

    public Stage? Final => Stages is [.., var last] ? last : null;

    /// <summary>The stage that a name, an index or a base refers to, among those before another.</summary>
    public Stage? FindStage(string reference, int before) =>
        Stages.Take(before).LastOrDefault(s => string.Equals(s.Name, reference, StringComparison.OrdinalIgnoreCase))
        ?? (int.TryParse(reference, out var index) && index >= 0 && index < before ? Stages[index] : null);

    /// <summary>The image at the bottom of a stage, through the stages it is built on.</summary>
    public string RootImage(Stage stage)
    {
        for (var at = stage; ;)
        {
            if (FindStage(at.Image, at.Index) is not { } below) return at.Image;
            at = below;
        }
    }
}
