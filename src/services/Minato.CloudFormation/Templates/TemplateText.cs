using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Engines.Documents;

namespace Minato.CloudFormation.Templates;

/// <summary>Reads the text of a template, JSON or YAML, into one and the same form: long names of functions, plain JSON values.</summary>
internal sealed class TemplateText(IYamlReader yaml)
{
    /// <summary>AWS: of a template inside a request.</summary>
    public const int LargestInline = 51_200;

    /// <summary>AWS: of a template in S3, and of what transforms make of one. Told as 1 MB.</summary>
    public const int Largest = 1_000_000;

    private const int Deepest = 60; // What is written of it nests it a little deeper, and JSON ends at 64.

    /// <exception cref="Minato.Aws.AwsException">It is not well-formed, too long, or no map.</exception>
    public JsonObject Read(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > Largest) throw TemplateErrors.TooLarge();
        return Parse(text) as JsonObject ?? throw TemplateErrors.Format("unsupported structure.");
    }

    /// <summary>A part of a template, such as what an AWS::Include brings.</summary>
    public JsonNode? Parse(string text)
    {
        if (text.AsSpan().TrimStart() is not ['{' or '[', ..]) return new YamlTree(yaml, Deepest).Read(text);
        try
        {
            return ParseJson(text);
        }
        catch (AwsException notJson)
        {
            // AWS: what is no JSON may still be YAML, which has braces, too.
            try
            {
                return new YamlTree(yaml, Deepest).Read(text);
            }
            catch (AwsException)
            {
                throw notJson;
            }
        }
    }

    private static JsonNode? ParseJson(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = Deepest });
        try
        {
            reader.Read();
            var read = ReadValue(ref reader);
            return reader.Read() ? throw new JsonException() : read;
        }
        catch (JsonException e)
        {
            throw TemplateErrors.NotWellFormed("JSON", (int)(e.LineNumber ?? 0) + 1, (int)(e.BytePositionInLine ?? 0) + 1);
        }
        catch (InvalidOperationException)
        {
            throw TemplateErrors.NotWellFormed("JSON", 1, 1); // Half of a character that has two.
        }
    }

    // Not JsonNode.Parse: that reads lazily, and several threads read one template. AWS: the last of several equal names counts.
    private static JsonNode? ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var map = new JsonObject();
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
                {
                    var name = reader.GetString() ?? "";
                    reader.Read();
                    map[name] = ReadValue(ref reader);
                }
                return map;
            case JsonTokenType.StartArray:
                var list = new JsonArray();
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray) list.Add(ReadValue(ref reader));
                return list;
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
                return JsonValue.Create(reader.GetString() ?? "");
            default:
                using (var scalar = JsonDocument.ParseValue(ref reader)) return JsonValue.Create(scalar.RootElement.Clone());
        }
    }
}
