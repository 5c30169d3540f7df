using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>The text that a signature of version 4 is made over.</summary>
internal static class CanonicalRequest
{
    /// <param name="path">As sent.</param>
    /// <param name="query">As sent, without the question mark.</param>
    /// <param name="signedHeaders">Lower-case names, separated by semicolons.</param>
    /// <param name="payloadHash">Hex, or one of the words that stand for it.</param>
    /// <param name="encodePath">S3 signs the path as it is; all others normalise it and encode it once more.</param>
    public static void Write(PooledBuffer into, string method, string path, string query, IHeaderDictionary headers, string signedHeaders,
        ReadOnlySpan<char> payloadHash, bool encodePath)
    {
        into.Append(method);
        into.Append((byte)'\n');
        WritePath(into, path, encodePath);
        into.Append((byte)'\n');
        WriteQuery(into, query);
        into.Append((byte)'\n');
        foreach (var range in signedHeaders.AsSpan().Split(';')) WriteHeader(into, signedHeaders[range], headers);
        into.Append((byte)'\n');
        into.Append(signedHeaders);
        into.Append((byte)'\n');
        into.Append(payloadHash);
    }

    private static void WritePath(PooledBuffer into, string path, bool encode)
    {
        if (path.Length <= 1)
        {
            into.Append((byte)'/');
            return;
        }
        if (!encode)
        {
            into.Append(path);
            return;
        }
        if (path.Contains("//", StringComparison.Ordinal) || path.Contains("/.", StringComparison.Ordinal)) path = Normalise(path);
        Encode(into, Encoding.UTF8.GetBytes(path), keepSlash: true);
    }

    // RFC 3986 §5.2.4, and doubled slashes become one.
    private static string Normalise(string path)
    {
        var kept = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment is ".") continue;
            if (segment is not "..") kept.Add(segment);
            else if (kept.Count > 0) kept.RemoveAt(kept.Count - 1);
        }
        var joined = "/" + string.Join('/', kept);
        return joined.Length > 1 && (path[^1] == '/' || path.EndsWith("/.", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal))
            ? joined + "/" : joined;
    }

    private static void WriteQuery(PooledBuffer into, string query)
    {
        if (query.Length == 0) return;
        var pairs = new List<(string Name, string Value)>();
        foreach (var pair in query.Split('&'))
        {
            if (pair.Length == 0) continue;
            var equals = pair.IndexOf('=');
            var name = Recode(equals < 0 ? pair : pair[..equals]);
            if (name is not "X-Amz-Signature") pairs.Add((name, equals < 0 ? "" : Recode(pair[(equals + 1)..])));
        }
        pairs.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name) is var byName and not 0 ? byName : string.CompareOrdinal(a.Value, b.Value));
        for (var i = 0; i < pairs.Count; i++)
        {
            if (i > 0) into.Append((byte)'&');
            into.Append(pairs[i].Name);
            into.Append((byte)'=');
            into.Append(pairs[i].Value);
        }
    }

    // Whatever way the sender encoded it, one canonical encoding comes out.
    private static string Recode(string text)
    {
        var plain = true;
        foreach (var c in text) plain &= c < 128 && IsUnreserved((byte)c);
        if (plain) return text;
        using var encoded = new PooledBuffer();
        Encode(encoded, PercentEncoding.DecodeBytes(text), keepSlash: false);
        return Encoding.ASCII.GetString(encoded.Span);
    }

    private static void WriteHeader(PooledBuffer into, string name, IHeaderDictionary headers)
    {
        into.Append(name);
        into.Append((byte)':');
        var values = headers[name];
        for (var i = 0; i < values.Count; i++)
        {
            if (i > 0) into.Append((byte)',');
            WriteFolded(into, values[i].AsSpan().Trim());
        }
        into.Append((byte)'\n');
    }

    // Runs of spaces count as one.
    private static void WriteFolded(PooledBuffer into, ReadOnlySpan<char> value)
    {
        while (value.IndexOf("  ", StringComparison.Ordinal) is var run and >= 0)
        {
            into.Append(value[..(run + 1)]);
            value = value[run..].TrimStart(' ');
        }
        into.Append(value);
    }

    private static void Encode(PooledBuffer into, ReadOnlySpan<byte> bytes, bool keepSlash)
    {
        const string Digits = "0123456789ABCDEF";
        foreach (var b in bytes)
        {
            if (IsUnreserved(b) || (keepSlash && b == '/'))
            {
                into.Append(b);
                continue;
            }
            into.Append((byte)'%');
            into.Append((byte)Digits[b >> 4]);
            into.Append((byte)Digits[b & 15]);
        }
    }

    private static bool IsUnreserved(byte b) => b is (>= (byte)'A' and <= (byte)'Z') or (>= (byte)'a' and <= (byte)'z') or (>= (byte)'0' and <= (byte)'9')
        or (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~';
}
