using System.Text;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>What REST-JSON and REST-XML have in common: members bound to parts of the HTTP message.</summary>
internal abstract class RestProtocol : WireProtocol
{
    /// <param name="name">What the top-level element is called, where it has a name.</param>
    protected abstract IRestBody NewBody(WireOutput to, string name, string? xmlNamespace);

    /// <returns>A reader that stands before the body's structure.</returns>
    protected abstract ShapeReader? OpenBody(WireInput input, StructureSchema schema);

    protected abstract string RequestIdHeader { get; }

    protected virtual bool AnswersWithEmptyBody => true;

    public override IShape ReadRequest(ServiceModel service, OperationModel operation, WireInput request) =>
        operation.ReadInput(new HttpBindingReader(request, operation.InputSchema, OpenBody(request, operation.InputSchema)));

    public override void WriteAnswer(ServiceModel service, OperationModel operation, IShape answer, string requestId, WireOutput to)
    {
        to.Headers[RequestIdHeader] = requestId;
        var body = NewBody(to, $"{operation.Name}Response", service.XmlNamespace);
        var writer = new HttpBindingWriter(to, body, operation.OutputSchema);
        answer.WriteMembers(writer);
        writer.Finish(evenEmpty: operation.OutputSchema.HasBodyMembers || AnswersWithEmptyBody);
    }

    public override void WriteRequest(ServiceModel service, OperationModel operation, IShape request, WireOutput to)
    {
        var body = NewBody(to, operation.InputLocationName ?? $"{operation.Name}Request", operation.InputXmlNamespace ?? service.XmlNamespace);
        var writer = new HttpBindingWriter(to, body, operation.InputSchema);
        request.WriteMembers(writer);
        writer.Finish(evenEmpty: operation.InputSchema.HasBodyMembers);
        to.Method = operation.HttpMethod;
        var question = operation.RequestUri.IndexOf('?');
        to.Path = Fill(question < 0 ? operation.RequestUri : operation.RequestUri[..question], writer.Labels);
        var literal = question < 0 ? "" : operation.RequestUri[(question + 1)..];
        to.Query = literal.Length > 0 && writer.Query.Length > 0 ? $"{literal}&{writer.Query}" : literal + writer.Query;
    }

    public override IShape ReadAnswer(ServiceModel service, OperationModel operation, WireInput answer) =>
        operation.ReadOutput(new HttpBindingReader(answer, operation.OutputSchema, OpenBody(answer, operation.OutputSchema)));

    private static string Fill(string template, Dictionary<string, string> labels)
    {
        var path = new StringBuilder();
        while (template.IndexOf('{') is var open and >= 0)
        {
            var close = template.IndexOf('}', open);
            var name = template[(open + 1)..close];
            var greedy = name.EndsWith('+');
            var value = labels.GetValueOrDefault(greedy ? name[..^1] : name) ?? "";
            path.Append(template, 0, open).Append(greedy ? string.Join('/', value.Split('/').Select(Uri.EscapeDataString)) : Uri.EscapeDataString(value));
            template = template[(close + 1)..];
        }
        return path.Append(template).ToString();
    }
}

/// <summary>restJson1.</summary>
internal sealed class RestJsonProtocol : RestProtocol
{
    public static RestJsonProtocol Instance { get; } = new();

    public override ErrorStyle Errors => ErrorStyle.RestJson;
    protected override string RequestIdHeader => "x-amzn-RequestId";

    public override void WriteError(ServiceModel? service, AwsException error, string requestId, WireOutput to)
    {
        to.Status = error.HttpStatus;
        to.Headers.ContentType = "application/json";
        to.Headers[RequestIdHeader] = requestId;
        to.Headers["x-amzn-ErrorType"] = error.ShapeName;
        JsonErrors.Write(to.Body, error, withType: false);
    }

    public override AwsException ReadError(ServiceModel service, WireInput answer)
    {
        var (code, message) = JsonErrors.Read(answer);
        return ErrorOf(service, code, message, answer.Status);
    }

    protected override ShapeReader? OpenBody(WireInput input, StructureSchema schema)
    {
        if (input.Body.IsEmpty) return null;
        var reader = new JsonShapeReader(input.Body) { Violations = input.Violations };
        if (schema.PayloadIndex < 0) reader.Begin(schema);
        return reader;
    }

    protected override IRestBody NewBody(WireOutput to, string name, string? xmlNamespace) => new Body(to);

    private sealed class Body(WireOutput to) : IRestBody
    {
        private JsonShapeWriter? _writer;

        public ShapeWriter Writer => _writer ?? throw new InvalidOperationException("The body is not open.");

        public void Open(MemberSchema? payload, StructureSchema schema)
        {
            to.Headers.ContentType = "application/json";
            _writer = JsonShapeWriter.Rent(to.Body);
            _writer.Json.WriteStartObject();
        }

        public void Close()
        {
            _writer?.Json.WriteEndObject();
            _writer?.Dispose();
            _writer = null;
        }
    }
}

/// <summary>restXml; S3's errors stand without a wrapper.</summary>
internal sealed class RestXmlProtocol(bool s3) : RestProtocol
{
    public static RestXmlProtocol Wrapped { get; } = new(s3: false);
    public static RestXmlProtocol S3 { get; } = new(s3: true);

    public override ErrorStyle Errors => s3 ? ErrorStyle.S3 : ErrorStyle.RestXml;
    protected override string RequestIdHeader => s3 ? "x-amz-request-id" : "x-amzn-RequestId";
    protected override bool AnswersWithEmptyBody => false;

    public override void WriteError(ServiceModel? service, AwsException error, string requestId, WireOutput to)
    {
        if (!s3)
        {
            XmlErrors.WriteWrapped(service?.XmlNamespace, error, requestId, to);
            return;
        }
        to.Status = error.HttpStatus;
        to.Headers[RequestIdHeader] = requestId;
        foreach (var (name, value) in error.Headers) to.Headers[name] = value;
        if (error.HttpStatus == StatusCodes.Status304NotModified) return;
        to.Headers.ContentType = "application/xml";
        to.Body.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
        var xml = new XmlShapeWriter(to.Body);
        xml.Open("Error");
        xml.Element("Code", error.Code);
        xml.Element("Message", error.Message);
        error.WriteMembers(xml);
        xml.Element("RequestId", requestId);
        xml.Close("Error");
    }

    public override AwsException ReadError(ServiceModel service, WireInput answer)
    {
        var (code, message) = XmlErrors.Read(answer);
        return ErrorOf(service, code, message, answer.Status);
    }

    public override void WriteAnswer(ServiceModel service, OperationModel operation, IShape answer, string requestId, WireOutput to)
    {
        base.WriteAnswer(service, operation, answer, requestId, to);
        if (s3 && to.Headers.ContainsKey("Content-Range")) to.Status = StatusCodes.Status206PartialContent;
    }

    // AWS: the answer's one member is the whole of it, and there even when it has no value.
    private static bool IsUnwrapped(StructureSchema schema) => schema.Name is "GetBucketLocationResponse";

    protected override ShapeReader? OpenBody(WireInput input, StructureSchema schema)
    {
        if (input.Body.IsEmpty || (schema.PayloadIndex >= 0 && schema.Members[schema.PayloadIndex].Kind is not ShapeKind.Structure)) return null;
        var root = XmlNode.Parse(input.Body);
        if (IsUnwrapped(schema)) root = root.Text.Length == 0 ? new("") : XmlNode.Around(root);
        var reader = new XmlShapeReader(root) { Violations = input.Violations };
        if (schema.PayloadIndex < 0) reader.Begin(schema);
        return reader;
    }

    protected override IRestBody NewBody(WireOutput to, string name, string? xmlNamespace) => new Body(to, name, xmlNamespace);

    private sealed class Body(WireOutput to, string name, string? xmlNamespace) : IRestBody
    {
        private readonly XmlShapeWriter _writer = new(to.Body);
        private string _root = name;
        private bool _isUnwrapped;
        private int _start;

        public ShapeWriter Writer => _writer;

        public void Open(MemberSchema? payload, StructureSchema schema)
        {
            to.Headers.ContentType = "application/xml";
            to.Body.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"u8);
            if (payload is not null) _root = payload.LocationName ?? schema.Name;
            _isUnwrapped = IsUnwrapped(schema);
            if (!_isUnwrapped) _writer.Open(_root, payload?.XmlNamespace ?? xmlNamespace);
            _start = to.Body.Length;
        }

        public void Close()
        {
            if (!_isUnwrapped) _writer.Close(_root);
            else if (to.Body.Length == _start) _writer.Element("LocationConstraint", "");
        }
    }
}
