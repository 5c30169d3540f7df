using Minato.Engines.Documents;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Minato.Engines.Yaml;

/// <summary>Reads with the parser of YamlDotNet, which keeps its own stack: depth costs memory, not the thread's stack.</summary>
internal sealed class YamlDotNetReader : IYamlReader
{
    public IEnumerable<YamlPiece> Read(string text)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        var documents = 0;
        while (Next(parser) is { } found)
        {
            if (found is DocumentStart && ++documents > 1) throw new YamlFaultException("There is more than one document.", Line(found), Column(found));
            if (PieceOf(found) is { } piece) yield return piece;
        }
    }

    private static ParsingEvent? Next(Parser parser)
    {
        try
        {
            return parser.MoveNext() ? parser.Current : null;
        }
        catch (YamlException e)
        {
            throw new YamlFaultException(e.Message, (int)e.Start.Line, (int)e.Start.Column, e);
        }
        // On some texts that are no YAML the scanner loses its own place instead of saying so.
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new YamlFaultException(e.Message, (int)(parser.Current?.End.Line ?? 1), (int)(parser.Current?.End.Column ?? 1), e);
        }
    }

    private static YamlPiece? PieceOf(ParsingEvent found) => found switch
    {
        Scalar scalar => new(YamlPieceKind.Scalar, Line(scalar), Column(scalar), TagOf(scalar), scalar.Value, scalar.Style is ScalarStyle.Plain),
        SequenceStart start => new(YamlPieceKind.SequenceStart, Line(start), Column(start), TagOf(start)),
        SequenceEnd => new(YamlPieceKind.SequenceEnd, Line(found), Column(found)),
        MappingStart start => new(YamlPieceKind.MappingStart, Line(start), Column(start), TagOf(start)),
        MappingEnd => new(YamlPieceKind.MappingEnd, Line(found), Column(found)),
        AnchorAlias alias => new(YamlPieceKind.Alias, Line(alias), Column(alias), Text: alias.Value.Value),
        _ => null,
    };

    private static string? TagOf(NodeEvent node) => node.Tag.IsEmpty ? null : node.Tag.Value;

    private static int Line(ParsingEvent found) => (int)found.Start.Line;

    private static int Column(ParsingEvent found) => (int)found.Start.Column;
}
