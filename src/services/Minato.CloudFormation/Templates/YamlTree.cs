using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Minato.Engines.Documents;

namespace Minato.CloudFormation.Templates;

/// <summary>
/// Builds JSON out of the pieces of a YAML document. Nothing grows: there are no aliases, as on AWS, so what comes out is no larger than
/// what went in.
/// </summary>
internal sealed partial class YamlTree(IYamlReader yaml, int deepest)
{
    public JsonNode? Read(string text)
    {
        try
        {
            using var pieces = yaml.Read(text).GetEnumerator();
            return pieces.MoveNext() ? ReadValue(pieces, 0) : null;
        }
        catch (YamlFaultException e)
        {
            throw TemplateErrors.NotWellFormed("YAML", e.Line, e.Column);
        }
    }

    private JsonNode? ReadValue(IEnumerator<YamlPiece> pieces, int depth)
    {
        var piece = pieces.Current;
        if (depth > deepest) throw TemplateErrors.NotWellFormed("YAML", piece.Line, piece.Column);
        JsonNode? value = piece.Kind switch
        {
            YamlPieceKind.Alias => throw TemplateErrors.Template("YAML aliases are not allowed in CloudFormation templates"),
            YamlPieceKind.Scalar => Scalar(piece),
            YamlPieceKind.SequenceStart => ReadList(pieces, depth),
            _ => ReadMap(pieces, depth),
        };
        return piece.Tag is { } tag ? Tagged(tag, value, piece) : value;
    }

    private JsonArray ReadList(IEnumerator<YamlPiece> pieces, int depth)
    {
        var list = new JsonArray();
        while (pieces.MoveNext() && pieces.Current.Kind is not YamlPieceKind.SequenceEnd) list.Add(ReadValue(pieces, depth + 1));
        return list;
    }

    private JsonObject ReadMap(IEnumerator<YamlPiece> pieces, int depth)
    {
        var map = new JsonObject();
        while (pieces.MoveNext() && pieces.Current.Kind is not YamlPieceKind.MappingEnd)
        {
            var name = pieces.Current;
            if (name.Kind is not YamlPieceKind.Scalar) throw TemplateErrors.NotWellFormed("YAML", name.Line, name.Column);
            pieces.MoveNext();
            map[name.Text] = ReadValue(pieces, depth + 1);
        }
        return map;
    }

    // AWS: YAML 1.1 without its timestamps: a format version is text.
    private static JsonNode? Scalar(YamlPiece piece)
    {
        if (!piece.IsPlain || piece.Tag is not null) return Values.Of(piece.Text);
        return piece.Text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
            var text when Number().IsMatch(text) => JsonNode.Parse(text),
            var text => Values.Of(text),
        };
    }

    private static JsonNode? Tagged(string tag, JsonNode? value, YamlPiece piece)
    {
        switch (tag)
        {
            case "!Ref" or "!Condition":
                return new JsonObject { [tag[1..]] = value };
            case "!GetAtt":
                return new JsonObject { ["Fn::GetAtt"] = value is JsonValue && Values.Text(value) is { } text ? Values.List(text.Split('.', 2)) : value };
            case "!Base64" or "!Cidr" or "!FindInMap" or "!GetAZs" or "!ImportValue" or "!Join" or "!Select" or "!Split" or "!Sub" or "!Transform"
                or "!And" or "!Equals" or "!If" or "!Not" or "!Or" or "!Length" or "!ToJsonString" or "!Contains" or "!EachMemberEquals" or "!EachMemberIn"
                or "!RefAll" or "!ValueOf" or "!ValueOfAll":
                return new JsonObject { [$"Fn::{tag[1..]}"] = value };
            case "tag:yaml.org,2002:str" or "!":
                return value;
            case "tag:yaml.org,2002:int" or "tag:yaml.org,2002:float" or "tag:yaml.org,2002:bool" or "tag:yaml.org,2002:null"
                or "tag:yaml.org,2002:map" or "tag:yaml.org,2002:seq":
                return value is JsonValue ? Scalar(piece with { Tag = null, IsPlain = true }) : value;
            default:
                throw TemplateErrors.Template($"Unsupported YAML tag {tag} (line {piece.Line}, column {piece.Column})");
        }
    }

    // No leading zeros: an account id is no number.
    [GeneratedRegex(@"^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,3})?$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Number();
}
