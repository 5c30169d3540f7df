using System.Collections.Immutable;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;

namespace Minato.CloudTrail.Planning;

/// <summary>Which events a trail takes.</summary>
internal static class Selection
{
    public static bool Takes(TrailState trail, RecordedEvent one)
    {
        if (trail.Advanced is { Length: > 0 } fields) return fields.GroupBy(f => f.Selector).Any(g => g.All(f => Holds(f, one)));
        // AWS: a trail takes all management events until it is told otherwise.
        return trail.Selectors is not { } selectors ? one.IsManagement : selectors.Any(s => Takes(s, one));
    }

    private static bool Takes(TrailSelector selector, RecordedEvent one)
    {
        if (selector.ReadWrite is "ReadOnly" && !one.IsReadOnly) return false;
        if (selector.ReadWrite is "WriteOnly" && one.IsReadOnly) return false;
        if (one.IsManagement) return selector.HasManagement && !selector.ExcludedSources.Contains(one.Source);
        return selector.DataPrefixes.Any(d => d.Type == EventKinds.DataType(one.Source) && d.Values.Any(v => Names(one).Any(n => IsUnder(n, v))));
    }

    // AWS: arn:aws:s3 is every object; arn:aws:s3:::bucket/ every object of a bucket.
    private static bool IsUnder(string name, string prefix) => name.StartsWith(prefix.TrimEnd('/'), StringComparison.Ordinal);

    private static IEnumerable<string> Names(RecordedEvent one) => one.Source is "s3.amazonaws.com"
        ? one.Resources.Select(r => r.Name.StartsWith("arn:", StringComparison.Ordinal) ? r.Name : $"arn:aws:s3:::{r.Name}") : one.Resources.Select(r => r.Name);

    private static bool Holds(FieldSelector field, RecordedEvent one)
    {
        var values = ValuesOf(field.Field, one);
        if (!field.Equal.IsEmpty && !values.Any(v => field.Equal.Contains(v))) return false;
        if (!field.StartsWith.IsEmpty && !Any(values, field.StartsWith, static (v, w) => v.StartsWith(w, StringComparison.Ordinal))) return false;
        if (!field.EndsWith.IsEmpty && !Any(values, field.EndsWith, static (v, w) => v.EndsWith(w, StringComparison.Ordinal))) return false;
        if (values.Any(v => field.NotEqual.Contains(v))) return false;
        return !Any(values, field.NotStartsWith, static (v, w) => v.StartsWith(w, StringComparison.Ordinal))
            && !Any(values, field.NotEndsWith, static (v, w) => v.EndsWith(w, StringComparison.Ordinal));
    }

    private static bool Any(ImmutableArray<string> values, ImmutableArray<string> wanted, Func<string, string, bool> holds) => values.Any(v => wanted.Any(w => holds(v, w)));

    private static ImmutableArray<string> ValuesOf(string field, RecordedEvent one) => field switch
    {
        "eventCategory" => [one.IsManagement ? "Management" : "Data"],
        "readOnly" => [one.IsReadOnly ? "true" : "false"],
        "eventSource" => [one.Source],
        "eventName" => [one.Name],
        "resources.type" => one.IsManagement ? [] : [EventKinds.DataType(one.Source)],
        "resources.ARN" => [.. Names(one)],
        _ => [],
    };
}
