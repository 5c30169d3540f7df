using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Minato.Migration.Plans;
using Minato.Migration.Running;

namespace Minato.Migration.Planning;

/// <summary>Says in which way two answers to the same request differ.</summary>
internal static class Comparison
{
    private static readonly TimeSpan s_longestMatch = TimeSpan.FromSeconds(1);

    public static ImmutableArray<string> Differences(MirrorPlan mirror, HttpAnswer old, HttpAnswer @new)
    {
        if (old.Failure is not null || @new.Failure is not null)
        {
            // The old side fails as well: that says nothing against the new one, but nothing for it either.
            return [$"old {(old.Failure is { } o ? $"did not answer: {o}" : Number(old.Status))}, new {(@new.Failure is { } n ? $"did not answer: {n}" : Number(@new.Status))}"];
        }

        var differences = ImmutableArray.CreateBuilder<string>();
        if (old.Status != @new.Status) differences.Add(FormattableString.Invariant($"status: old {old.Status}, new {@new.Status}"));
        foreach (var header in mirror.Headers)
        {
            var (theirs, ours) = (old.Headers.GetValueOrDefault(header), @new.Headers.GetValueOrDefault(header));
            if (theirs != ours) differences.Add($"header {header}: old {Brief(theirs)}, new {Brief(ours)}");
        }

        if (old.IsCut != @new.IsCut) differences.Add(FormattableString.Invariant($"body: {(old.IsCut ? "old" : "new")} is longer than {mirror.MaxBodyBytes} bytes"));
        else if (Hash(mirror, old) is var before && Hash(mirror, @new) is var after && before != after)
            differences.Add(FormattableString.Invariant($"body: old {old.Body.Length} bytes ({before[..12]}), new {@new.Body.Length} bytes ({after[..12]})"));
        return differences.ToImmutable();
    }

    private static string Hash(MirrorPlan mirror, HttpAnswer answer)
    {
        if (mirror.Ignore.IsEmpty) return Convert.ToHexStringLower(SHA256.HashData(answer.Body.Span));
        // Latin 1 keeps every byte as it is, whatever the body is written in.
        var text = mirror.Ignore.Aggregate(Encoding.Latin1.GetString(answer.Body.Span), (t, p) => Regex.Replace(t, p, "", RegexOptions.None, s_longestMatch));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(text)));
    }

    private static string Brief(string? value) => value switch { null => "has none", { Length: > 100 } => value[..100] + "…", _ => value };

    private static string Number(int status) => status.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
