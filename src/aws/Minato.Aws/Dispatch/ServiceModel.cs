using Minato.Aws.Shapes;

namespace Minato.Aws.Dispatch;

/// <summary>A service as the model has it: how it is spoken to, and its operations.</summary>
public sealed class ServiceModel
{
    public required string ServiceId { get; init; }
    public required string SigningName { get; init; }
    public required string EndpointPrefix { get; init; }
    public required string ApiVersion { get; init; }

    /// <summary>All that its clients may speak, the preferred one first.</summary>
    public required AwsProtocol[] Protocols { get; init; }
    public string? TargetPrefix { get; init; }
    public string? XmlNamespace { get; init; }

    /// <summary>Errors in JSON and CBOR also carry the code of the query protocol that the service spoke before.</summary>
    public bool AwsQueryCompatible { get; init; }

    /// <summary>Nobody has to sign: the room decides what strangers may do.</summary>
    public bool TakesAnonymous => SigningName is "s3";

    /// <summary>Also of those that prove who they are with a token of somebody else's.</summary>
    internal bool MayBeUnsigned(string? operation) =>
        TakesAnonymous || (SigningName is "sts" && operation is "AssumeRoleWithWebIdentity" or "AssumeRoleWithSAML");

    /// <summary>The generated interface that a room implements.</summary>
    public required Type Interface { get; init; }

    /// <summary>Makes the generated client, which has that interface, too.</summary>
    public Func<IAwsInvoker, object> MakeClient { get; init; } = static _ => throw new NotSupportedException("The service has no client.");

    // Made when first asked for: at start nobody needs the hundreds of operations of services that may never be called.
    public Func<OperationModel[]> MakeOperations { private get; init; } = static () => [];
    public Func<Dictionary<string, Func<string?, AwsException>>> MakeErrors { private get; init; } = static () => [];

    public OperationModel[] Operations
    {
        get => LazyInitializer.EnsureInitialized(ref _operations, MakeOperations);
        init => _operations = value;
    }

    /// <summary>Makes the modelled exception of a code that came over the wire.</summary>
    public IReadOnlyDictionary<string, Func<string?, AwsException>> Errors
    {
        get => LazyInitializer.EnsureInitialized(ref _errors, MakeErrors);
        init => _errors = value;
    }

    public OperationModel? Find(ReadOnlySpan<char> operation) => LazyInitializer.EnsureInitialized(ref _byName, ByName)
        .GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(operation, out var found) ? found : null;

    private Dictionary<string, OperationModel> ByName() => Operations.ToDictionary(o => o.Name, StringComparer.Ordinal);

    private OperationModel[]? _operations;
    private IReadOnlyDictionary<string, Func<string?, AwsException>>? _errors;
    private Dictionary<string, OperationModel>? _byName;
}

public enum AwsProtocol { AwsJson10, AwsJson11, AwsQuery, Ec2Query, RestJson1, RestXml, RpcV2Cbor }

/// <summary>One operation: its HTTP binding, its shapes, and how to call the room that serves it.</summary>
public abstract class OperationModel
{
    public required string Name { get; init; }
    public string HttpMethod { get; init; } = "POST";
    public string RequestUri { get; init; } = "/";
    public int ResponseCode { get; init; } = 200;

    /// <summary>Element around the result in query answers.</summary>
    public string? ResultWrapper { get; init; }

    /// <summary>Element and namespace around the input in REST-XML requests.</summary>
    public string? InputLocationName { get; init; }
    public string? InputXmlNamespace { get; init; }
    public bool RequiresChecksum { get; init; }

    /// <summary>Changes nothing. AWS says it of what only hands out, decodes or computes, too.</summary>
    public bool IsReadOnly => _isReadOnly ??= ReadOnlyOperations.Contains(Name);

    private bool? _isReadOnly;

    public abstract StructureSchema InputSchema { get; }
    public abstract StructureSchema OutputSchema { get; }
    public abstract IShape ReadInput(ShapeReader reader);
    public abstract IShape ReadOutput(ShapeReader reader);
    public abstract Task<IShape> InvokeAsync(object service, IShape request, Caller caller, CancellationToken ct);
}

public sealed class OperationModel<TService, TIn, TOut>(Func<TService, TIn, Caller, CancellationToken, Task<TOut>> call) : OperationModel
    where TService : class
    where TIn : IShape<TIn>
    where TOut : IShape<TOut>
{
    public override StructureSchema InputSchema => TIn.Schema;
    public override StructureSchema OutputSchema => TOut.Schema;
    public override IShape ReadInput(ShapeReader reader) => TIn.ReadMembers(reader);
    public override IShape ReadOutput(ShapeReader reader) => TOut.ReadMembers(reader);

    public override async Task<IShape> InvokeAsync(object service, IShape request, Caller caller, CancellationToken ct) =>
        await call((TService)service, (TIn)request, caller, ct);
}

/// <summary>Sends operations to an endpoint; generated clients stand on it.</summary>
public interface IAwsInvoker
{
    Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
        where TOut : IShape<TOut>;
}
