using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>How operations travel over HTTP. Each protocol is spoken in both directions: the server's and the client's.</summary>
internal abstract class WireProtocol
{
    public abstract ErrorStyle Errors { get; }

    public abstract IShape ReadRequest(ServiceModel service, OperationModel operation, WireInput request);
    public abstract void WriteAnswer(ServiceModel service, OperationModel operation, IShape answer, string requestId, WireOutput to);
    public abstract void WriteError(ServiceModel? service, AwsException error, string requestId, WireOutput to);

    public abstract void WriteRequest(ServiceModel service, OperationModel operation, IShape request, WireOutput to);
    public abstract IShape ReadAnswer(ServiceModel service, OperationModel operation, WireInput answer);

    /// <returns>The modelled exception where the service has one by that code.</returns>
    public abstract AwsException ReadError(ServiceModel service, WireInput answer);

    public static WireProtocol Of(AwsProtocol protocol, ServiceModel service) => protocol switch
    {
        AwsProtocol.AwsJson10 => AwsJsonProtocol.Json10,
        AwsProtocol.AwsJson11 => AwsJsonProtocol.Json11,
        AwsProtocol.AwsQuery => QueryProtocol.Instance,
        AwsProtocol.Ec2Query => Ec2Protocol.Instance,
        AwsProtocol.RestJson1 => RestJsonProtocol.Instance,
        AwsProtocol.RestXml => service.SigningName is "s3" ? RestXmlProtocol.S3 : RestXmlProtocol.Wrapped,
        AwsProtocol.RpcV2Cbor => CborProtocol.Instance,
        _ => throw new NotSupportedException($"{protocol} is not spoken."),
    };

    protected static AwsException ErrorOf(ServiceModel service, string code, string? message, int status) =>
        service.Errors.TryGetValue(code, out var make) ? make(message) : new AwsException(code, message, status);
}

/// <summary>The families of codes and forms that AWS's services use for errors of the wire itself.</summary>
internal enum ErrorStyle { Json, RestJson, Query, Ec2, RestXml, S3 }
