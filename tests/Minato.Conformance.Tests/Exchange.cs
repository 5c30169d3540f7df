using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;

namespace Minato.Conformance.Tests;

/// <summary>One call of a client: what it shall be answered, told before; what arrived, asked for afterwards.</summary>
internal sealed class Exchange(JsonElement told)
{
    private static readonly AsyncLocal<Exchange?> OfThisCall = new();

    public static ConcurrentDictionary<string, Exchange> Open { get; } = new(StringComparer.Ordinal);

    public static Exchange? Current
    {
        get => OfThisCall.Value;
        set => OfThisCall.Value = value;
    }

    /// <summary>What the operation decoded; null until one was reached.</summary>
    public JsonNode? Received { get; set; }
    public string? Operation { get; set; }

    /// <summary>What went wrong inside the endpoint, which clients are not told.</summary>
    public string? Fault { get; set; }

    public IShape Answer(ServiceModel service, OperationModel operation)
    {
        if (told.TryGetProperty("error", out var error)) throw ModelledErrors.Make(service, error);
        return operation.ReadOutput(new CanonicalReader(told.GetProperty("answer"), operation.OutputSchema));
    }

    public JsonObject ToJson() => new() { ["operation"] = Operation, ["received"] = Received, ["fault"] = Fault };
}

/// <summary>An operation that keeps its shapes and HTTP binding but answers what the exchange says.</summary>
internal sealed class EchoOperation(OperationModel inner) : OperationModel
{
    private ServiceModel? _service;

    public override StructureSchema InputSchema => inner.InputSchema;
    public override StructureSchema OutputSchema => inner.OutputSchema;
    public override IShape ReadInput(ShapeReader reader) => inner.ReadInput(reader);
    public override IShape ReadOutput(ShapeReader reader) => inner.ReadOutput(reader);

    public override Task<IShape> InvokeAsync(object service, IShape request, Caller caller, CancellationToken ct)
    {
        var exchange = Exchange.Current ?? throw new InvalidOperationException("The request belongs to no exchange.");
        exchange.Operation = Name;
        exchange.Received = CanonicalWriter.Write(request);
        return Task.FromResult(exchange.Answer(_service ?? throw new InvalidOperationException(), inner));
    }

    /// <summary>The service as generated, with every operation replaced.</summary>
    public static ServiceModel Replace(ServiceModel service)
    {
        var operations = Array.ConvertAll(service.Operations, o => new EchoOperation(o)
        {
            Name = o.Name,
            HttpMethod = o.HttpMethod,
            RequestUri = o.RequestUri,
            ResponseCode = o.ResponseCode,
            ResultWrapper = o.ResultWrapper,
            InputLocationName = o.InputLocationName,
            InputXmlNamespace = o.InputXmlNamespace,
            RequiresChecksum = o.RequiresChecksum,
        });
        foreach (var operation in operations) operation._service = service;
        return new()
        {
            ServiceId = service.ServiceId,
            SigningName = service.SigningName,
            EndpointPrefix = service.EndpointPrefix,
            ApiVersion = service.ApiVersion,
            Protocols = service.Protocols,
            TargetPrefix = service.TargetPrefix,
            XmlNamespace = service.XmlNamespace,
            AwsQueryCompatible = service.AwsQueryCompatible,
            Interface = service.Interface,
            Operations = operations,
            Errors = service.Errors,
        };
    }
}
