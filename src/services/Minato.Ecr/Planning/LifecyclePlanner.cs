using System.Collections.Immutable;

namespace Minato.Ecr.Planning;

/// <summary>What a rule does to an image.</summary>
/// <param name="Image">The image.</param>
/// <param name="Priority">Of the rule.</param>
/// <param name="Archives">Else it deletes it.</param>
/// <param name="HeldBy">Why it is left alone all the same, in words; null: it is not.</param>
internal sealed record LifecycleMove(LifecycleImage Image, int Priority, bool Archives, string? HeldBy);

/// <summary>Evaluates lifecycle rules as AWS does.</summary>
internal static class LifecyclePlanner
{
    /// <param name="rules">In order of priority.</param>
    /// <param name="images">All of the repository.</param>
    /// <param name="now">Days are counted from here.</param>
    /// <returns>Older images first.</returns>
    public static ImmutableArray<LifecycleMove> Plan(ImmutableArray<LifecycleRule> rules, IReadOnlyCollection<LifecycleImage> images, DateTimeOffset now)
    {
        // Images that say something about another one follow it; no rule looks at them.
        var newestFirst = images.Where(i => i.Subject is null).OrderByDescending(i => i.Age).ThenBy(i => i.Digest, StringComparer.Ordinal).ToList();
        var taken = new Dictionary<string, LifecycleMove>(StringComparer.Ordinal);
        var decided = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rule in rules)
        {
            var candidates = newestFirst.FindAll(rule.Selects);
            foreach (var image in Marked(rule, candidates, now))
            {
                // AWS: an image belongs to the first rule that selects it, even where that rule keeps it. A list keeps its images.
                if (!image.IsListed && !decided.Contains(image.Digest)) taken.Add(image.Digest, new(image, rule.Priority, rule.Archives, image.InUseBy));
            }

            foreach (var image in candidates) decided.Add(image.Digest);
        }

        Follow(images, taken);
        return [.. taken.Values.OrderBy(m => m.Image.PushedAt).ThenBy(m => m.Image.Digest, StringComparer.Ordinal)];
    }

    // Every rule looks at all images, also at those that another one takes.
    private static IEnumerable<LifecycleImage> Marked(LifecycleRule rule, List<LifecycleImage> newestFirst, DateTimeOffset now)
    {
        var limit = TimeSpan.FromDays(Math.Min(rule.Count, TimeSpan.MaxValue.Days));
        return rule.CountType switch
        {
            LifecycleCountType.ImageCountMoreThan => newestFirst.Skip(rule.Count),
            LifecycleCountType.SinceImagePushed => newestFirst.Where(i => now - i.Age > limit),
            LifecycleCountType.SinceImagePulled => newestFirst.Where(i => now - i.Pulled > limit),
            _ => newestFirst.Where(i => i.ArchivedAt is { } archived && now - archived > limit),
        };
    }

    private static void Follow(IReadOnlyCollection<LifecycleImage> images, Dictionary<string, LifecycleMove> taken)
    {
        var bySubject = images.Where(i => i.Subject is not null).ToLookup(i => i.Subject, StringComparer.Ordinal);
        var leaders = new Queue<LifecycleMove>(taken.Values);
        while (leaders.TryDequeue(out var leader))
        {
            foreach (var follower in bySubject[leader.Image.Digest])
            {
                var move = leader with { Image = follower, HeldBy = leader.HeldBy ?? follower.InUseBy };
                if (taken.TryAdd(follower.Digest, move)) leaders.Enqueue(move);
            }
        }
    }
}
