using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Minato.Engines.Documents;

namespace Minato.Ec2.Planning;

/// <summary>One thing that user data has an instance do at its first boot.</summary>
internal abstract record BootPart
{
    private BootPart() { }

    /// <summary>A file that is run; its first line says by whom.</summary>
    public sealed record Script(ReadOnlyMemory<byte> Content) : BootPart;

    public sealed record WriteFile(string Path, ReadOnlyMemory<byte> Content) : BootPart
    {
        public string? Owner { get; init; }
        public string? Permissions { get; init; }
        public bool IsAppended { get; init; }
    }

    /// <summary>Who has the private half of this may log in: a line of <c>authorized_keys</c>.</summary>
    public sealed record LoginKey(string Line) : BootPart;

    /// <summary>Lines of a shell that come before everything else.</summary>
    public sealed record Early(ImmutableArray<string> Lines) : BootPart;

    /// <summary>Lines of a shell that come after all scripts.</summary>
    public sealed record Late(ImmutableArray<string> Lines) : BootPart;

    /// <summary>Not understood; the console says so.</summary>
    public sealed record Unknown(string What) : BootPart;
}

/// <summary>
/// Reads user data as cloud-init does: a script, a cloud-config, several of them as MIME parts, each of it compressed or not. Foreign bytes:
/// whatever they are, there is an answer.
/// </summary>
/// <param name="yaml">Reads cloud-configs.</param>
internal sealed class UserData(IYamlReader? yaml)
{
    /// <summary>AWS: of what is given, before it is put into Base64.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>What it is at most when it is not compressed any more: it is handed over in one argument of a program.</summary>
    public const int MaxPlainBytes = 24 * 1024;
    private const int MostParts = 32;

    public ImmutableArray<BootPart> Read(ReadOnlyMemory<byte> data)
    {
        if (Unpack(data) is not { } plain) return [new BootPart.Unknown("user data that is compressed and too large, or damaged")];
        return Starts(plain, "content-type:") || Starts(plain, "mime-version:") ? ReadParts(plain) : ReadPart(plain, null);
    }

    /// <returns>Null when it is no Base64.</returns>
    public static byte[]? Decode(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <returns>Null when it cannot be unpacked, or is too large then.</returns>
    internal static ReadOnlyMemory<byte>? Unpack(ReadOnlyMemory<byte> data)
    {
        if (data.Length < 2 || data.Span[0] != 0x1f || data.Span[1] != 0x8b) return Bounded(data);
        try
        {
            using var plain = new GZipStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
            var all = new byte[MaxPlainBytes + 1];
            var length = plain.ReadAtLeast(all, all.Length, throwOnEndOfStream: false);
            return Bounded(all.AsMemory(0, length));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte>? Bounded(ReadOnlyMemory<byte> data)
    {
        if (data.Length > MaxPlainBytes) return null;
        return data;
    }

    private static bool Starts(ReadOnlyMemory<byte> data, string prefix) =>
        data.Length >= prefix.Length && Encoding.Latin1.GetString(data.Span[..prefix.Length]).Equals(prefix, StringComparison.OrdinalIgnoreCase);

    /// <param name="type">What a MIME part says it is; null when its first line tells.</param>
    private ImmutableArray<BootPart> ReadPart(ReadOnlyMemory<byte> data, string? type)
    {
        if (data.IsEmpty) return [];
        if (Starts(data, "#!")) return [new BootPart.Script(data)];
        if (Starts(data, "#cloud-config") || type is "text/cloud-config") return new CloudConfig(yaml).Read(Encoding.UTF8.GetString(data.Span));
        if (type is "text/x-shellscript") return [new BootPart.Script(data)];
        return [new BootPart.Unknown($"user data of type {type ?? "text/x-not-multipart"}")];
    }

    private ImmutableArray<BootPart> ReadParts(ReadOnlyMemory<byte> data)
    {
        // Latin-1 keeps every byte what it was.
        var text = Encoding.Latin1.GetString(data.Span).ReplaceLineEndings("\n");
        var (headers, body) = SplitHeaders(text);
        if (BoundaryOf(headers.GetValueOrDefault("content-type", "")) is not { } boundary) return [new BootPart.Unknown("a MIME archive without a boundary")];
        var parts = ("\n" + body).Split("\n--" + boundary, StringSplitOptions.None).Skip(1).TakeWhile(p => !p.StartsWith("--", StringComparison.Ordinal));
        return [.. parts.Take(MostParts).SelectMany(p => ReadMimePart(p))];
    }

    private ImmutableArray<BootPart> ReadMimePart(string part)
    {
        var (headers, body) = SplitHeaders(part.TrimStart('\n'));
        var type = headers.GetValueOrDefault("content-type", "text/plain").Split(';')[0].Trim().ToLowerInvariant();
        var bytes = Encoding.Latin1.GetBytes(body);
        if (headers.GetValueOrDefault("content-transfer-encoding", "").Trim().Equals("base64", StringComparison.OrdinalIgnoreCase))
        {
            if (Decode(body) is not { } decoded) return [new BootPart.Unknown("a MIME part that is no Base64")];
            bytes = decoded;
        }
        return Unpack(bytes) is { } plain ? ReadPart(plain, type is "text/plain" ? null : type) : [new BootPart.Unknown("a MIME part that is too large, or damaged")];
    }

    private static (Dictionary<string, string> Headers, string Body) SplitHeaders(string text)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var end = text.IndexOf("\n\n", StringComparison.Ordinal);
        var head = end < 0 ? text : text[..end];
        var last = "";
        foreach (var line in head.Split('\n'))
        {
            if (line.Length > 0 && char.IsWhiteSpace(line[0]) && last.Length > 0) headers[last] += line; // A folded line.
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon) headers[last = line[..colon].Trim()] = line[(colon + 1)..].Trim();
        }
        return (headers, end < 0 ? "" : text[(end + 2)..]);
    }

    private static string? BoundaryOf(string contentType) => contentType.Split(';').Select(p => p.Trim())
        .Where(p => p.StartsWith("boundary=", StringComparison.OrdinalIgnoreCase)).Select(p => p["boundary=".Length..].Trim('"')).FirstOrDefault(b => b.Length > 0);
}
