using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Ecr.Planning;

internal enum LifecycleTagStatus { Any, Tagged, Untagged }

internal enum LifecycleCountType { ImageCountMoreThan, SinceImagePushed, SinceImagePulled, SinceImageTransitioned }

/// <summary>One rule of a lifecycle policy, read from a text that <see cref="LifecyclePolicy"/> found no fault in.</summary>
internal sealed record LifecycleRule
{
    public required int Priority { get; init; }
    public required LifecycleTagStatus TagStatus { get; init; }

    /// <summary>All of them must match, each perhaps another tag.</summary>
    public ImmutableArray<string> Patterns { get; init; } = [];

    /// <inheritdoc cref="Patterns"/>
    public ImmutableArray<string> Prefixes { get; init; } = [];

    /// <summary>Looks at archived images, and at no others.</summary>
    public bool IsOfArchive { get; init; }
    public required LifecycleCountType CountType { get; init; }
    public required int Count { get; init; }

    /// <summary>Archives what it takes, instead of deleting it.</summary>
    public bool Archives { get; init; }

    /// <returns>In order of priority.</returns>
    public static ImmutableArray<LifecycleRule> ReadAll(string text)
    {
        using var json = JsonDocument.Parse(text);
        return [.. json.RootElement.GetProperty("rules").EnumerateArray().Select(Read).OrderBy(r => r.Priority)];
    }

    /// <summary>Are the image's tags what the rule selects?</summary>
    public bool Selects(LifecycleImage image)
    {
        if (image.IsArchived != IsOfArchive) return false;
        if (TagStatus == LifecycleTagStatus.Any) return true;
        if (TagStatus == LifecycleTagStatus.Untagged) return image.Tags.IsEmpty;
        foreach (var prefix in Prefixes)
        {
            if (!image.Tags.Any(t => t.StartsWith(prefix, StringComparison.Ordinal))) return false;
        }

        foreach (var pattern in Patterns)
        {
            if (!image.Tags.Any(t => TagMutability.Matches(pattern, t))) return false;
        }

        return !image.Tags.IsEmpty;
    }

    private static LifecycleRule Read(JsonElement rule)
    {
        var selection = rule.GetProperty("selection");
        return new()
        {
            Priority = rule.GetProperty("rulePriority").GetInt32(),
            TagStatus = Enum.Parse<LifecycleTagStatus>(Text(selection, "tagStatus"), ignoreCase: true),
            Patterns = List(selection, "tagPatternList"),
            Prefixes = List(selection, "tagPrefixList"),
            IsOfArchive = Text(selection, "storageClass") == "archive",
            CountType = Enum.Parse<LifecycleCountType>(Text(selection, "countType"), ignoreCase: true),
            Count = (int)Math.Min(int.MaxValue, selection.GetProperty("countNumber").GetInt64()),
            Archives = Text(rule.GetProperty("action"), "type") == "transition",
        };
    }

    private static string Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    private static ImmutableArray<string> List(JsonElement json, string name) =>
        json.TryGetProperty(name, out var list) ? [.. list.EnumerateArray().Select(t => t.GetString() ?? "")] : [];
}

/// <summary>What lifecycle rules look at in an image.</summary>
internal sealed record LifecycleImage
{
    public required string Digest { get; init; }
    public required DateTimeOffset PushedAt { get; init; }
    public ImmutableArray<string> Tags { get; init; } = [];
    public DateTimeOffset? LastPulledAt { get; init; }
    public DateTimeOffset? ArchivedAt { get; init; }
    public DateTimeOffset? ActivatedAt { get; init; }
    public bool IsArchived { get; init; }

    /// <summary>A list of the repository names it.</summary>
    public bool IsListed { get; init; }

    /// <summary>The image of the repository that it says something about; null for one that is not there.</summary>
    public string? Subject { get; init; }

    /// <summary>Who needs it, in words; null: nobody known.</summary>
    public string? InUseBy { get; init; }

    /// <summary>AWS: an image that came out of the archive is as old as its return.</summary>
    public DateTimeOffset Age => ActivatedAt ?? PushedAt;

    /// <summary>When it was needed last, as far as anybody noted.</summary>
    public DateTimeOffset Pulled => LastPulledAt is { } pulled && pulled >= (ActivatedAt ?? pulled) ? pulled : ActivatedAt ?? PushedAt;
}
