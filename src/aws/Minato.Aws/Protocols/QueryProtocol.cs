using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>awsQuery: a form in, XML out.</summary>
internal sealed class QueryProtocol : WireProtocol
{
    public static QueryProtocol Instance { get; } = new();

    public override ErrorStyle Errors => ErrorStyle.Query;

    public override IShape ReadRequest(ServiceModel service, OperationModel operation, WireInput request) =>
        QueryForms.ReadRequest(operation, request, ec2: false);

    public override void WriteAnswer(ServiceModel service, OperationModel operation, IShape answer, string requestId, WireOutput to)
    {
        to.Headers.ContentType = "text/xml";
        to.Headers["x-amzn-RequestId"] = requestId;
        var xml = new XmlShapeWriter(to.Body);
        var envelope = $"{operation.Name}Response";
        xml.Open(envelope, service.XmlNamespace);
        if (operation.ResultWrapper is { } wrapper)
        {
            xml.Open(wrapper);
            answer.WriteMembers(xml);
            xml.Close(wrapper);
        }
        else answer.WriteMembers(xml);
        xml.Open("ResponseMetadata");
        xml.Element("RequestId", requestId);
        xml.Close("ResponseMetadata");
        xml.Close(envelope);
    }

    public override void WriteError(ServiceModel? service, AwsException error, string requestId, WireOutput to) =>
        XmlErrors.WriteWrapped(service?.XmlNamespace, error, requestId, to);

    public override void WriteRequest(ServiceModel service, OperationModel operation, IShape request, WireOutput to) =>
        QueryForms.WriteRequest(service, operation, request, to, ec2: false);

    public override IShape ReadAnswer(ServiceModel service, OperationModel operation, WireInput answer)
    {
        var root = answer.Body.IsEmpty ? new XmlNode("") : XmlNode.Parse(answer.Body);
        var reader = new XmlShapeReader(operation.ResultWrapper is { } wrapper ? root.Child(wrapper) ?? new XmlNode("") : root);
        reader.Begin(operation.OutputSchema);
        return operation.ReadOutput(reader);
    }

    public override AwsException ReadError(ServiceModel service, WireInput answer)
    {
        var (code, message) = XmlErrors.Read(answer);
        return ErrorOf(service, code, message, answer.Status);
    }
}

/// <summary>EC2's own query protocol: no envelope around lists in requests, names with capitals, no wrapper around results.</summary>
internal sealed class Ec2Protocol : WireProtocol
{
    public static Ec2Protocol Instance { get; } = new();

    public override ErrorStyle Errors => ErrorStyle.Ec2;

    public override IShape ReadRequest(ServiceModel service, OperationModel operation, WireInput request) =>
        QueryForms.ReadRequest(operation, request, ec2: true);

    public override void WriteAnswer(ServiceModel service, OperationModel operation, IShape answer, string requestId, WireOutput to)
    {
        to.Headers.ContentType = "text/xml;charset=UTF-8";
        to.Headers["x-amzn-requestid"] = requestId;
        to.Body.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
        var xml = new XmlShapeWriter(to.Body);
        var envelope = $"{operation.Name}Response";
        xml.Open(envelope, service.XmlNamespace);
        xml.Element("requestId", requestId);
        if (operation.OutputSchema.Members.Length == 0) xml.Element("return", "true");
        answer.WriteMembers(xml);
        xml.Close(envelope);
    }

    public override void WriteError(ServiceModel? service, AwsException error, string requestId, WireOutput to)
    {
        to.Status = error.HttpStatus;
        to.Headers.ContentType = "text/xml;charset=UTF-8";
        to.Headers["x-amzn-requestid"] = requestId;
        to.Body.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
        var xml = new XmlShapeWriter(to.Body);
        xml.Open("Response");
        xml.Open("Errors");
        xml.Open("Error");
        xml.Element("Code", error.Code);
        xml.Element("Message", error.Message);
        error.WriteMembers(xml);
        xml.Close("Error");
        xml.Close("Errors");
        xml.Element("RequestID", requestId);
        xml.Close("Response");
    }

    public override void WriteRequest(ServiceModel service, OperationModel operation, IShape request, WireOutput to) =>
        QueryForms.WriteRequest(service, operation, request, to, ec2: true);

    public override IShape ReadAnswer(ServiceModel service, OperationModel operation, WireInput answer)
    {
        var reader = new XmlShapeReader(answer.Body.IsEmpty ? new XmlNode("") : XmlNode.Parse(answer.Body));
        reader.Begin(operation.OutputSchema);
        return operation.ReadOutput(reader);
    }

    public override AwsException ReadError(ServiceModel service, WireInput answer)
    {
        var (code, message) = XmlErrors.Read(answer);
        return ErrorOf(service, code, message, answer.Status);
    }
}

/// <summary>What both query protocols do with a request.</summary>
internal static class QueryForms
{
    public static IShape ReadRequest(OperationModel operation, WireInput request, bool ec2)
    {
        var reader = new QueryShapeReader(request.Form ?? QueryParameters.Parse(request.Body.Span), ec2) { Violations = request.Violations };
        reader.Begin(operation.InputSchema);
        return operation.ReadInput(reader);
    }

    public static void WriteRequest(ServiceModel service, OperationModel operation, IShape request, WireOutput to, bool ec2)
    {
        to.Headers.ContentType = "application/x-www-form-urlencoded; charset=utf-8";
        to.Body.Append($"Action={operation.Name}&Version={service.ApiVersion}");
        request.WriteMembers(new QueryShapeWriter(to.Body, ec2));
    }
}

/// <summary>Errors as XML bodies.</summary>
internal static class XmlErrors
{
    public static void WriteWrapped(string? xmlNamespace, AwsException error, string requestId, WireOutput to)
    {
        to.Status = error.HttpStatus;
        to.Headers.ContentType = "text/xml";
        to.Headers["x-amzn-RequestId"] = requestId;
        var xml = new XmlShapeWriter(to.Body);
        xml.Open("ErrorResponse", xmlNamespace);
        xml.Open("Error");
        xml.Element("Type", error.IsClientFault ? "Sender" : "Receiver");
        xml.Element("Code", error.Code);
        xml.Element("Message", error.Message);
        error.WriteMembers(xml);
        xml.Close("Error");
        xml.Element("RequestId", requestId);
        xml.Close("ErrorResponse");
    }

    /// <summary>Any of the forms: wrapped, EC2's, S3's.</summary>
    public static (string Code, string? Message) Read(WireInput answer)
    {
        try
        {
            var root = XmlNode.Parse(answer.Body);
            var error = root.Child("Error") ?? root.Child("Errors")?.Child("Error") ?? root;
            return (error.Child("Code")?.Text ?? $"Http{answer.Status}", error.Child("Message")?.Text);
        }
        catch (MalformedException)
        {
            return ($"Http{answer.Status}", null);
        }
    }
}
