using System.Formats.Cbor;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Smithy RPC v2 CBOR: <c>POST /service/NAME/operation/NAME</c>.</summary>
internal sealed class CborProtocol : WireProtocol
{
    public const string Name = "rpc-v2-cbor";

    public static CborProtocol Instance { get; } = new();

    public override ErrorStyle Errors => ErrorStyle.Json;

    public override IShape ReadRequest(ServiceModel service, OperationModel operation, WireInput request) => CborShapeReader.Guard(() =>
    {
        var reader = new CborShapeReader(request.Body) { Violations = request.Violations };
        reader.Begin(operation.InputSchema);
        return operation.ReadInput(reader);
    });

    public override void WriteAnswer(ServiceModel service, OperationModel operation, IShape answer, string requestId, WireOutput to)
    {
        WriteHeaders(requestId, to);
        CborShapeWriter.Write(to.Body, answer.WriteMembers);
    }

    public override void WriteError(ServiceModel? service, AwsException error, string requestId, WireOutput to)
    {
        WriteHeaders(requestId, to);
        to.Status = error.HttpStatus;
        JsonErrors.WriteQueryError(service, error, to);
        if (error.HasMessage) CborShapeWriter.Write(to.Body, error.WriteMembers, ("__type", error.ShapeName), (error.MessageName, error.Message));
        else CborShapeWriter.Write(to.Body, error.WriteMembers, ("__type", error.ShapeName));
    }

    public override void WriteRequest(ServiceModel service, OperationModel operation, IShape request, WireOutput to)
    {
        to.Path = $"/service/{service.TargetPrefix}/operation/{operation.Name}";
        to.Headers.ContentType = "application/cbor";
        to.Headers.Accept = "application/cbor";
        to.Headers["smithy-protocol"] = Name;
        CborShapeWriter.Write(to.Body, request.WriteMembers);
    }

    public override IShape ReadAnswer(ServiceModel service, OperationModel operation, WireInput answer) => CborShapeReader.Guard(() =>
    {
        var reader = new CborShapeReader(answer.Body);
        reader.Begin(operation.OutputSchema);
        return operation.ReadOutput(reader);
    });

    public override AwsException ReadError(ServiceModel service, WireInput answer)
    {
        string? code = null, message = null;
        try
        {
            var cbor = new CborReader(answer.Body, CborConformanceMode.Lax);
            for (cbor.ReadStartMap(); cbor.PeekState() is not CborReaderState.EndMap;)
            {
                var name = cbor.ReadTextString();
                if (name is "__type") code = cbor.ReadTextString();
                else if (name is "message" or "Message" && cbor.PeekState() is CborReaderState.TextString) message = cbor.ReadTextString();
                else cbor.SkipValue();
            }
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            code = null;
        }
        code = code?[(code.LastIndexOf('#') + 1)..] ?? $"Http{answer.Status}";
        return ErrorOf(service, code, message, answer.Status);
    }

    private static void WriteHeaders(string requestId, WireOutput to)
    {
        to.Headers.ContentType = "application/cbor";
        to.Headers["smithy-protocol"] = Name;
        to.Headers["x-amzn-RequestId"] = requestId;
    }
}
