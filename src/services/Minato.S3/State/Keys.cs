using System.Globalization;

namespace Minato.S3.State;

/// <summary>Names in the order S3 lists them: that of their UTF-8 bytes, which is that of code points.</summary>
internal static class KeyOrder
{
    /// <summary>After every name that begins with <paramref name="prefix"/>: no key is longer than this tail.</summary>
    public static string EndOf(string prefix) => prefix + Tail;

    private static readonly string Tail = string.Concat(Enumerable.Repeat("\U0010FFFF", 256));

    public static int Compare(string? one, string? other)
    {
        var a = one.AsSpan();
        var b = other.AsSpan();
        var common = a.CommonPrefixLength(b);
        if (common == a.Length || common == b.Length) return a.Length.CompareTo(b.Length);
        // UTF-16 puts surrogates, which stand for the highest code points, before U+E000.
        return Rank(a[common]).CompareTo(Rank(b[common]));
    }

    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}

/// <summary>A version of an object. Of one key the newest comes first.</summary>
/// <param name="Order">Counts down with time.</param>
internal sealed record VersionKey(string Bucket, string Key, long Order) : IComparable<VersionKey>
{
    /// <summary>Before every version of the key.</summary>
    public static VersionKey Before(string bucket, string key) => new(bucket, key, -1);

    /// <summary>After every version of the key.</summary>
    public static VersionKey After(string bucket, string key) => new(bucket, key, long.MaxValue);

    public int CompareTo(VersionKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(Bucket, other.Bucket);
        if (order == 0) order = KeyOrder.Compare(Key, other.Key);
        return order == 0 ? Order.CompareTo(other.Order) : order;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Bucket}/{Key}/{Order}");
}

internal sealed record UploadKey(string Bucket, string Key, string Id) : IComparable<UploadKey>
{
    public int CompareTo(UploadKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(Bucket, other.Bucket);
        if (order == 0) order = KeyOrder.Compare(Key, other.Key);
        return order == 0 ? string.CompareOrdinal(Id, other.Id) : order;
    }

    public override string ToString() => $"{Bucket}/{Key}/{Id}";
}

internal sealed record PartKey(string UploadId, int Number) : IComparable<PartKey>
{
    public int CompareTo(PartKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(UploadId, other.UploadId);
        return order == 0 ? Number.CompareTo(other.Number) : order;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{UploadId}/{Number}");
}

/// <summary>A file that records refer to.</summary>
internal sealed record BlobKey(string Digest);

/// <summary>A bucket as a reconciler's key.</summary>
internal sealed record BucketKey(string Name);

/// <summary>A name that rests after its bucket was deleted.</summary>
internal sealed record RestKey(string Name);
