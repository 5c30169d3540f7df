using System.Collections.Immutable;
using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Minato.Ec2.Planning;

/// <summary>Reads <c>#cloud-config</c>: <c>bootcmd</c>, <c>write_files</c> and <c>runcmd</c>. What else it says, the console names.</summary>
internal static class CloudConfig
{
    private const int DeepestNesting = 16;

    /// <summary>All of them Base64; true where it is compressed besides.</summary>
    private static readonly Dictionary<string, bool> s_encodings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["b64"] = false, ["base64"] = false, ["gz+b64"] = true, ["gz+base64"] = true, ["gzip+b64"] = true, ["gzip+base64"] = true,
    };

    public static ImmutableArray<BootPart> Read(string text)
    {
        try
        {
            if (Refusal(text) is { } refusal) return [new BootPart.Unknown(refusal)];
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents is [{ RootNode: YamlMappingNode root }, ..] ? [.. root.Children.SelectMany(c => ReadKey(c.Key.ToString(), c.Value))] : [];
        }
        // The package says what is wrong in all of these ways.
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            return [new BootPart.Unknown($"a cloud-config that is no YAML: {e.Message}")];
        }
    }

    /// <summary>Reading into a tree takes stack for each level, and an alias makes much out of little.</summary>
    private static string? Refusal(string text)
    {
        var depth = 0;
        for (var parser = new Parser(new StringReader(text)); parser.MoveNext();)
        {
            depth += parser.Current?.NestingIncrease ?? 0;
            if (depth > DeepestNesting + 2) return "a cloud-config that is nested too deeply"; // Stream and document count.
            if (parser.Current is AnchorAlias) return "a cloud-config with aliases";
        }
        return null;
    }

    private static IEnumerable<BootPart> ReadKey(string key, YamlNode value) => key switch
    {
        "bootcmd" => [new BootPart.Early(Lines(value))],
        "runcmd" => [new BootPart.Late(Lines(value))],
        "write_files" => (value as YamlSequenceNode)?.Children.OfType<YamlMappingNode>().Select(ReadFile) ?? [],
        _ => [new BootPart.Unknown($"cloud-config's {key}")],
    };

    /// <summary>A text is a line of a shell; a list is a program with its arguments, each a word.</summary>
    private static ImmutableArray<string> Lines(YamlNode value) => value is not YamlSequenceNode commands ? [] :
    [
        .. commands.Children.Select(c => c switch
        {
            YamlScalarNode { Value: { Length: > 0 } line } => line,
            YamlSequenceNode words => string.Join(' ', words.Children.OfType<YamlScalarNode>().Select(w => BootScript.Quote(w.Value ?? ""))),
            _ => "",
        }).Where(l => l.Length > 0),
    ];

    private static BootPart ReadFile(YamlMappingNode file)
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

    private static string? Text(YamlMappingNode node, string key) => node.Children.TryGetValue(new YamlScalarNode(key), out var value) ? (value as YamlScalarNode)?.Value : null;
}
