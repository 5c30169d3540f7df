using System.Collections.Immutable;
using System.Globalization;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Records;

/// <summary>Events and moments of a deployment in one line of time.</summary>
internal static class DeploymentTimeline
{
    public static ImmutableArray<TimelineEntry> Of(DeploymentRecord deployment) =>
        [.. deployment.Moments.Select(m => new TimelineEntry(m.At, Words(m))).Concat(deployment.Events).OrderBy(e => e.At)];

    /// <summary>"web:2 1/3 healthy, 1 pending · web:1 3/3 healthy", with weights where traffic is shifted.</summary>
    public static string Words(DeploymentMoment moment)
    {
        var revisions = string.Join(" · ", moment.Revisions.Select(Words));
        return moment.Stage is { } stage ? $"{stage}: {revisions}" : revisions;
    }

    private static string Words(RevisionMoment revision)
    {
        var words = string.Create(CultureInfo.InvariantCulture, $"{revision.TaskDefinition} {revision.Healthy}/{revision.Desired} healthy");
        if (revision.Running > revision.Healthy) words += string.Create(CultureInfo.InvariantCulture, $", {revision.Running - revision.Healthy} not yet");
        if (revision.Pending > 0) words += string.Create(CultureInfo.InvariantCulture, $", {revision.Pending} pending");
        if (revision.Failed > 0) words += string.Create(CultureInfo.InvariantCulture, $", {revision.Failed} failed");
        if (revision.Weight is { } weight) words += string.Create(CultureInfo.InvariantCulture, $", {weight} % of traffic");
        return words;
    }
}
