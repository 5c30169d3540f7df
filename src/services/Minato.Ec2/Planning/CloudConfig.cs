using System.Collections.Immutable;
using System.Text;
using Minato.Engines.Documents;

namespace Minato.Ec2.Planning;

/// <summary>Reads <c>#cloud-config</c>: <c>bootcmd</c>, <c>write_files</c>, <c>ssh_authorized_keys</c> and <c>runcmd</c>. What else it says, the console names.</summary>
/// <param name="yaml">Null where nobody reads YAML: then the console says so.</param>
internal sealed class CloudConfig(IYamlReader? yaml)
{
    private const int DeepestNesting = 16;

    /// <summary>All of them Base64; true where it is compressed besides.</summary>
    private static readonly Dictionary<string, bool> s_encodings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["b64"] = false, ["base64"] = false, ["gz+b64"] = true, ["gz+base64"] = true, ["gzip+b64"] = true, ["gzip+base64"] = true,
    };

    public ImmutableArray<BootPart> Read(string text)
    {
        if (yaml is null) return [new BootPart.Unknown("a cloud-config")];
        try
        {
            using var pieces = yaml.Read(text).GetEnumerator();
            return pieces.MoveNext() && ReadNode(pieces, 0) is Dictionary<string, object> root ? [.. root.SelectMany(c => ReadKey(c.Key, c.Value))] : [];
        }
        catch (YamlFaultException e)
        {
            return [new BootPart.Unknown($"a cloud-config that cannot be read ({e.Message})")];
        }
    }

    /// <returns>A text, a list or a dictionary of them. Each level takes stack, and an alias would make much out of little.</returns>
    private static object ReadNode(IEnumerator<YamlPiece> pieces, int depth)
    {
        var piece = pieces.Current;
        if (depth > DeepestNesting) throw new YamlFaultException("it is nested too deeply", piece.Line, piece.Column);
        switch (piece.Kind)
        {
            case YamlPieceKind.Scalar: return piece.Text;
            case YamlPieceKind.Alias: throw new YamlFaultException("it has aliases", piece.Line, piece.Column);
            case YamlPieceKind.SequenceStart:
                var list = new List<object>();
                while (pieces.MoveNext() && pieces.Current.Kind is not YamlPieceKind.SequenceEnd) list.Add(ReadNode(pieces, depth + 1));
                return list;
            default:
                var map = new Dictionary<string, object>(StringComparer.Ordinal);
                while (pieces.MoveNext() && pieces.Current.Kind is not YamlPieceKind.MappingEnd)
                {
                    var name = ReadNode(pieces, depth + 1) as string ?? "";
                    if (pieces.MoveNext()) map[name] = ReadNode(pieces, depth + 1);
                }
                return map;
        }
    }

    private static IEnumerable<BootPart> ReadKey(string key, object value) => key switch
    {
        "bootcmd" => [new BootPart.Early(Lines(value))],
        "runcmd" => [new BootPart.Late(Lines(value))],
        "ssh_authorized_keys" => (value as List<object>)?.OfType<string>().Select(k => new BootPart.LoginKey(k)) ?? [],
        "write_files" => (value as List<object>)?.OfType<Dictionary<string, object>>().Select(ReadFile) ?? [],
        _ => [new BootPart.Unknown($"cloud-config's {key}")],
    };

    /// <summary>A text is a line of a shell; a list is a program with its arguments, each a word.</summary>
    private static ImmutableArray<string> Lines(object value) => value is not List<object> commands ? [] :
    [
        .. commands.Select(c => c switch
        {
            string line => line,
            List<object> words => string.Join(' ', words.OfType<string>().Select(BootScript.Quote)),
            _ => "",
        }).Where(l => l.Length > 0),
    ];

    private static BootPart ReadFile(Dictionary<string, object> file)
    {
        var path = Text(file, "path");
        if (string.IsNullOrEmpty(path)) return new BootPart.Unknown("a file of cloud-config without a path");
        if (ContentOf(Text(file, "content") ?? "", Text(file, "encoding") ?? "") is not { } content)
            return new BootPart.Unknown($"the content of {path} in cloud-config");
        return new BootPart.WriteFile(path, content)
        {
            Owner = Text(file, "owner"), Permissions = Text(file, "permissions"), IsAppended = Text(file, "append") is "true" or "True" or "yes",
        };
    }

    private static ReadOnlyMemory<byte>? ContentOf(string text, string encoding)
    {
        if (encoding.ToLowerInvariant() is "" or "text/plain") return Encoding.UTF8.GetBytes(text);
        if (!s_encodings.TryGetValue(encoding, out var isPacked) || UserData.Decode(text) is not { } bytes) return null;
        return isPacked ? UserData.Unpack(bytes) : bytes;
    }

    private static string? Text(Dictionary<string, object> node, string key) => node.GetValueOrDefault(key) as string;
}
