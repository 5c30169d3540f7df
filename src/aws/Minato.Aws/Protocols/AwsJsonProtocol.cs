using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>awsJson 1.0 and 1.1: the operation's name in <c>X-Amz-Target</c>, its shape as the body.</summary>
internal sealed class AwsJsonProtocol(string contentType) : WireProtocol
{
    public static AwsJsonProtocol Json10 { get; } = new("application/x-amz-json-1.0");
    public static AwsJsonProtocol Json11 { get; } = new("application/x-amz-json-1.1");

    public override ErrorStyle Errors => ErrorStyle.Json;

    public override IShape ReadRequest(ServiceModel service, OperationModel operation, WireInput request)
    {
        var reader = new JsonShapeReader(request.Body) { Violations = request.Violations };
        reader.Begin(operation.InputSchema);
        var shape = operation.ReadInput(reader);
        reader.End();
        return shape;
    }

    public override void WriteAnswer(ServiceModel service, OperationModel operation, IShape answer, string requestId, WireOutput to)
    {
        to.Headers.ContentType = contentType;
        to.Headers["x-amzn-RequestId"] = requestId;
        JsonShapeWriter.Write(to.Body, answer);
    }

    public override void WriteError(ServiceModel? service, AwsException error, string requestId, WireOutput to)
    {
        to.Status = error.HttpStatus;
        to.Headers.ContentType = contentType;
        to.Headers["x-amzn-RequestId"] = requestId;
        JsonErrors.WriteQueryError(service, error, to);
        JsonErrors.Write(to.Body, error, withType: true);
    }

    public override void WriteRequest(ServiceModel service, OperationModel operation, IShape request, WireOutput to)
    {
        to.Headers.ContentType = contentType;
        to.Headers["X-Amz-Target"] = $"{service.TargetPrefix}.{operation.Name}";
        JsonShapeWriter.Write(to.Body, request);
    }

    public override IShape ReadAnswer(ServiceModel service, OperationModel operation, WireInput answer)
    {
        var reader = new JsonShapeReader(answer.Body);
        reader.Begin(operation.OutputSchema);
        var shape = operation.ReadOutput(reader);
        reader.End();
        return shape;
    }

    public override AwsException ReadError(ServiceModel service, WireInput answer)
    {
        var (code, message) = JsonErrors.Read(answer);
        return ErrorOf(service, code, message, answer.Status);
    }
}

/// <summary>Errors as JSON bodies.</summary>
internal static class JsonErrors
{
    public static void Write(PooledBuffer into, AwsException error, bool withType)
    {
        using var writer = JsonShapeWriter.Rent(into);
        var json = writer.Json;
        json.WriteStartObject();
        if (withType) json.WriteString("__type", error.ShapeName);
        if (error.HasMessage) json.WriteString(error.MessageName, error.Message);
        error.WriteMembers(writer);
        json.WriteEndObject();
    }

    /// <summary>Services that once spoke the query protocol go on telling its codes to old clients.</summary>
    public static void WriteQueryError(ServiceModel? service, AwsException error, WireOutput to)
    {
        if (service is { AwsQueryCompatible: true }) to.Headers["x-amzn-query-error"] = $"{error.Code};{(error.IsClientFault ? "Sender" : "Receiver")}";
    }

    public static (string Code, string? Message) Read(WireInput answer)
    {
        string? code = answer.Headers["x-amzn-ErrorType"];
        string? message = null;
        try
        {
            using var body = JsonDocument.Parse(answer.Body.IsEmpty ? "{}"u8.ToArray() : answer.Body);
            if (body.RootElement.ValueKind is JsonValueKind.Object)
            {
                code ??= Text(body.RootElement, "__type") ?? Text(body.RootElement, "code");
                message = Text(body.RootElement, "message") ?? Text(body.RootElement, "Message");
            }
        }
        catch (JsonException)
        {
            message = null;
        }
        return (ShortName(code ?? $"Http{answer.Status}"), message);
    }

    // com.amazonaws.ecs#ClusterNotFoundException:http://… is ClusterNotFoundException.
    private static string ShortName(string code)
    {
        code = code[(code.LastIndexOf('#') + 1)..];
        return code.IndexOf(':') is var colon and >= 0 ? code[..colon] : code;
    }

    private static string? Text(JsonElement node, string name) =>
        node.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
