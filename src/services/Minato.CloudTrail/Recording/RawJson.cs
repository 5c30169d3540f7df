using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Minato.CloudTrail.Recording;

/// <summary>JSON inside of JSON as it is: in Base64 it would be a third longer, in every change's entry of the journal.</summary>
internal sealed class RawJson : JsonConverter<ReadOnlyMemory<byte>>
{
    public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Encoding.UTF8.GetBytes(document.RootElement.GetRawText());
    }

    public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Span, skipInputValidation: true);
}
