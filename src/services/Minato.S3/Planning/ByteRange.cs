using System.Globalization;
using System.Net.Http.Headers;

namespace Minato.S3.Planning;

/// <summary>A part of an object that is asked for.</summary>
/// <param name="Last">Inclusive.</param>
internal readonly record struct ByteRange(long First, long Last)
{
    public long Length => Last - First + 1;

    public string ToHeader(long size) => string.Create(CultureInfo.InvariantCulture, $"bytes {First}-{Last}/{size}");

    /// <summary>AWS: several ranges, or what is none, mean the whole.</summary>
    /// <returns>Null for the whole.</returns>
    /// <exception cref="S3Exception">Nothing of the object is in the range.</exception>
    public static ByteRange? Of(string? header, long size)
    {
        if (header is null || !RangeHeaderValue.TryParse(header, out var parsed) || parsed is not { Unit: "bytes", Ranges.Count: 1 }) return null;
        var wanted = parsed.Ranges.First();
        var first = wanted.From ?? Math.Max(0, size - (wanted.To ?? 0));
        var last = wanted.From is null ? size - 1 : Math.Min(wanted.To ?? (size - 1), size - 1);
        if (first < size && first <= last) return new(first, last);
        throw new S3Exception("InvalidRange", "The requested range is not satisfiable", 416, ("RangeRequested", header), ("ActualObjectSize", $"{size}"))
            .With("Content-Range", $"bytes */{size}");
    }

    /// <summary>Of the source of a copied part, where nothing is forgiven.</summary>
    public static ByteRange? OfSource(string? header, long size)
    {
        if (header is null) return null;
        var valid = RangeHeaderValue.TryParse(header, out var parsed) && parsed is { Unit: "bytes", Ranges.Count: 1 };
        if (!valid || parsed?.Ranges.First() is not { From: { } first, To: { } last })
            throw S3Errors.Invalid("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", ("ArgumentName", "x-amz-copy-source-range"), ("ArgumentValue", header));
        return last < size ? new(first, last)
            : throw S3Errors.Invalid($"Range specified is not valid for source object of size: {size}", ("ArgumentName", "x-amz-copy-source-range"), ("ArgumentValue", header));
    }
}
