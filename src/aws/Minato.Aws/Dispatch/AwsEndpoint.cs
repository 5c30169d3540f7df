using System.Collections.Immutable;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Minato.Aws.Authorization;
using Minato.Aws.Payloads;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;
using Minato.Aws.Signing;

namespace Minato.Aws.Dispatch;

/// <summary>
/// Where AWS clients arrive: finds service and operation, verifies the signature, reads the request, calls the room, writes its
/// answer. Whatever goes wrong is answered in the form of the protocol the client speaks; nothing is ever thrown at the host.
/// </summary>
public sealed partial class AwsEndpoint
{
    private const int StreamedAtOnce = 256 * 1024;
    private readonly ServiceTable _services;
    private readonly SignatureVerifier _signatures;
    private readonly AwsEndpointOptions _options;
    private readonly ILogger<AwsEndpoint> _log;
    private readonly ICallObserver[] _observers;
    private readonly ICallLedger? _ledger;
    private readonly Admission _admission;

    /// <param name="models">All services known; those without a room in <paramref name="rooms"/> are not served.</param>
    /// <param name="rooms">Holds the rooms, whoever observes calls, and whoever knows the policies; without the last everybody who signs may do everything.</param>
    public AwsEndpoint(IEnumerable<ServiceModel> models, IServiceProvider rooms, ICredentials credentials, AwsEndpointOptions options, ILogger<AwsEndpoint> log)
    {
        _services = new(models, rooms);
        _signatures = new(credentials, options.Clock);
        _options = options;
        _log = log;
        _admission = new((IAuthorizer?)rooms.GetService(typeof(IAuthorizer)), (PageTokens?)rooms.GetService(typeof(PageTokens)));
        _ledger = (ICallLedger?)rooms.GetService(typeof(ICallLedger));
        _observers = [.. (IEnumerable<ICallObserver>?)rooms.GetService(typeof(IEnumerable<ICallObserver>)) ?? []];
    }

    /// <summary>Is this request for an AWS service? True of everything signed, and of unsigned calls that name an operation.</summary>
    public static bool IsAwsRequest(HttpRequest request) => AuthorizationFields.IsSigned(request.Headers, request.QueryString.Value ?? "")
        || request.Headers.ContainsKey("X-Amz-Target") || request.Headers.ContainsKey("smithy-protocol")
        || (request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) is true && request.Path == "/");

    public async Task HandleAsync(HttpContext context)
    {
        var requestId = _options.NewRequestId();
        using var output = new WireOutput { Headers = context.Response.Headers };
        using var body = new RequestBody();
        var call = new Call { At = IsObserved ? _options.Clock.GetUtcNow() : default };
        try
        {
            await ServeAsync(context, call, body, output, requestId);
            await ObserveAsync(context.Request, call, null);
        }
        catch (Exception e) when (e is ConnectionResetException || (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested))
        {
            // Nobody is left to answer, but what was begun is in the record.
            if (call.Opened is not null) await ObserveGoneAsync(context.Request, call, requestId);
            return;
        }
        catch (Exception e)
        {
            var error = ToAws(call, e, requestId);
            Refuse(call, error, requestId, output);
            await ObserveAsync(context.Request, call, error);
            // A client that waits to be asked for its body keeps it after a refusal: what it sends next must not be taken for it.
            if (context.Request.Headers.Expect.Count > 0) context.Response.Headers.Connection = "close";
        }
        await SendAsync(context, output);
    }

    /// <summary>For requests without a body that no operation answers, such as those to upgrade to a websocket.</summary>
    /// <returns>Who signed it; null when that is not sure, and then it is answered already.</returns>
    public async Task<Caller?> AuthenticateAsync(HttpContext context, string signingName)
    {
        var requestId = _options.NewRequestId();
        var (path, query) = RawTarget(context);
        var fields = AuthorizationFields.Find(context.Request.Headers, query);
        var request = new WireInput { Method = context.Request.Method, Path = path, Query = query, Headers = context.Request.Headers };
        var verified = _signatures.Verify(request, fields, signingName);
        if (verified.Credential is { } credential) return CallerOf(credential, fields, requestId, context.Request);
        using var output = new WireOutput { Headers = context.Response.Headers };
        var call = new Call();
        Refuse(call, Refusal.Signature(call.Protocol.Errors, verified.Fault ?? SignatureFault.MissingToken), requestId, output);
        await SendAsync(context, output);
        return null;
    }

    private static Caller CallerOf(Credential credential, AuthorizationFields? fields, string requestId, HttpRequest http) => new()
    {
        AccountId = credential.AccountId,
        Region = fields?.Scope[2] ?? "",
        PrincipalArn = credential.PrincipalArn,
        PrincipalId = credential.PrincipalId,
        AccessKeyId = credential.AccessKeyId,
        Session = credential.Session,
        SourceIp = AddressOf(http),
        UserAgent = http.Headers.UserAgent,
        RequestId = requestId,
    };

    private static string? AddressOf(HttpRequest http) =>
        http.HttpContext.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    // What is known of a request so far: an error is answered in the best form known when it happens.
    private sealed class Call
    {
        public DateTimeOffset At { get; init; }
        public WireProtocol Protocol { get; set; } = AwsJsonProtocol.Json11;
        public ServiceModel? Service { get; set; }
        public OperationModel? Operation { get; set; }
        public Caller? Caller { get; set; }
        public IShape? Input { get; set; }
        public IShape? Answer { get; set; }
        public ImmutableArray<AuthorizedAction> Actions { get; set; } = [];
        public object? Opened { get; set; }
        public bool IsObserved { get; set; }
    }

    private bool IsObserved => _observers.Length > 0 || _ledger is not null;

    private static CallRecord? RecordOf(HttpRequest request, Call call, AwsException? error) =>
        call is not { Caller: { } caller, Service: { } service, Operation: { } operation } ? null : new()
        {
            At = call.At, Caller = caller, Service = service, Operation = operation, Request = call.Input, Response = call.Answer,
            ErrorCode = error?.Code, ErrorMessage = error is { HasMessage: true } ? error.Message : null,
            Actions = call.Actions, Host = request.Headers.Host,
        };

    // Once a call: one whose record could not be kept is answered with that, and is not recorded as something else.
    private async ValueTask ObserveAsync(HttpRequest request, Call call, AwsException? error)
    {
        if (!IsObserved || call.IsObserved || RecordOf(request, call, error) is not { } record) return;
        call.IsObserved = true;
        foreach (var observer in _observers) observer.Observe(record);
        if (_ledger is not null) await _ledger.CloseAsync(record, call.Opened);
    }

    private async ValueTask ObserveGoneAsync(HttpRequest request, Call call, string requestId)
    {
        try
        {
            await ObserveAsync(request, call, null);
        }
        catch (Exception e)
        {
            LogUnexpected(e, call.Service?.ServiceId ?? "unknown", requestId);
        }
    }

    private async Task ServeAsync(HttpContext context, Call call, RequestBody body, WireOutput output, string requestId)
    {
        var http = context.Request;
        var (path, query) = RawTarget(context);
        var fields = AuthorizationFields.Find(http.Headers, query);
        var service = fields is null && IsForStrangers(http) ? "s3" : fields?.Service;
        var request = new WireInput
        {
            Method = http.Method, Path = path, Query = query, Headers = http.Headers, Violations = new(),
            RoutePath = service is "s3" ? BucketHost.PathOf(http.Host.Host, path, fields is not null) : path,
        };
        var route = Route.Of(request, service, _services);
        call.Protocol = route.Protocol;
        call.Service = route.Service?.Model;
        if (route.Fault is { } fault) throw fault;
        if (route.Operation?.InputSchema.StreamsPayload is true) request.Stream = http.BodyReader.AsStream();
        else if (LimitOf(route.Operation) is var limit && !await body.ReadAsync(http, limit, context.RequestAborted)) throw Refusal.TooLarge(call.Protocol.Errors, limit);
        (request.Body, request.SignedBody) = (body.Content, body.Sent);
        route = route.WithBody(request, service, _services);
        call.Protocol = route.Protocol;
        call.Service = route.Service?.Model;
        if (route.Service is not { } served) throw Refusal.UnknownService(call.Protocol.Errors, service);

        var verified = _signatures.Verify(request, fields, served.Model.SigningName);
        if (verified.Fault is { } refused && (fields is not null || !served.Model.MayBeUnsigned(route.OperationName))) throw Refusal.Signature(call.Protocol.Errors, refused);
        if (fields is null && IsOfOldSignature(http)) throw Refusal.OldSignature;
        if (route.Operation is not { } operation) throw Refusal.UnknownOperation(call.Protocol.Errors, route.OperationName, route.Version);
        var caller = verified.Credential is { } credential ? CallerOf(credential, fields, requestId, http)
            : Caller.Anonymous(requestId) with { SourceIp = AddressOf(http), UserAgent = http.Headers.UserAgent };
        (call.Operation, call.Caller) = (operation, caller);
        if (_options.Throttle?.Admits(served.Model.SigningName, operation.Name, caller) is false) throw Refusal.Throttled(call.Protocol.Errors);
        await OpenBodyAsync(request, verified.Payload ?? SignedPayload.OfStranger(request.Headers), context.RequestAborted);
        if (call.Protocol.Errors is ErrorStyle.S3 && request.Stream is null) BodyChecksums.Check(request.Headers, request.Body.Span);
        var input = call.Input = call.Protocol.ReadRequest(served.Model, operation, request);
        // Caller, operation and input are known, nothing has happened yet.
        Authorize(call, served.Model, operation, input, caller);
        if (request.Violations.Found.Count > 0) throw Refusal.Invalid(call.Protocol.Errors, served.Model, request.Violations);
        if (_ledger is not null && RecordOf(http, call, null) is { IsReadOnly: false } begun) call.Opened = _ledger.Open(begun);
        var answer = await operation.InvokeAsync(served.Room, input, caller, context.RequestAborted);
        output.Status = operation.ResponseCode;
        call.Protocol.WriteAnswer(served.Model, operation, answer, requestId, output);
        call.Answer = answer;
    }

    // A layer part of ECR may be larger than all else together.
    private int LimitOf(OperationModel? operation) => operation is null ? _options.LargestBody : Math.Max(_options.LargestBody, operation.InputSchema.LargestBody);

    private void Authorize(Call call, ServiceModel service, OperationModel operation, IShape input, Caller caller)
    {
        (call.Actions, var refusal) = _admission.Of(call.Protocol.Errors, caller, service, operation, input);
        if (refusal is not null) throw refusal;
    }

    private static async ValueTask OpenBodyAsync(WireInput request, SignedPayload payload, CancellationToken ct)
    {
        if (request.Stream is { } sent) request.Stream = payload.Open(sent, request.Headers);
        else if (payload.IsChunked) request.Body = await payload.UnpackAsync(request.SignedBody, request.Headers, ct);
    }

    private static bool IsOfOldSignature(HttpRequest http) =>
        http.Headers.Authorization.ToString().StartsWith("AWS ", StringComparison.Ordinal) || http.Query.ContainsKey("AWSAccessKeyId");

    // Unsigned and naming no operation: only S3 answers such requests, to browsers and whoever a policy lets in.
    private static bool IsForStrangers(HttpRequest request) => !IsAwsRequest(request) && !request.Query.ContainsKey("Action");

    private AwsException ToAws(Call call, Exception e, string requestId)
    {
        switch (e)
        {
            case AwsException known:
                return known;
            case MalformedException malformed:
                return Refusal.Malformed(call.Protocol.Errors, malformed.Explanation);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Refusal.TooLarge(call.Protocol.Errors, _options.LargestBody);
            case BadHttpRequestException:
                return Refusal.Malformed(call.Protocol.Errors, null);
            case var foreseen when _options.Explain(foreseen) is { } words:
                return Refusal.Internal(call.Protocol.Errors, call.Service, words);
            default:
                LogUnexpected(e, call.Service?.ServiceId ?? "unknown", requestId);
                return Refusal.Internal(call.Protocol.Errors, call.Service);
        }
    }

    private static void Refuse(Call call, AwsException error, string requestId, WireOutput output)
    {
        output.ClearBody();
        call.Protocol.WriteError(call.Service, error, requestId, output);
    }

    private static async Task SendAsync(HttpContext context, WireOutput output)
    {
        var response = context.Response;
        response.StatusCode = output.Status;
        if (output.Body.Length == 0 && output.Status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified) return;
        if (output.Stream is { } content)
        {
            await StreamAsync(context, content);
            return;
        }
        response.ContentLength ??= output.Body.Length;
        if (output.Body.Length > 0 && !HttpMethods.IsHead(context.Request.Method)) await response.BodyWriter.WriteAsync(output.Body.Memory, context.RequestAborted);
    }

    // The status is sent already: what fails now ends the connection, so that nobody takes a part for the whole.
    private static async Task StreamAsync(HttpContext context, Stream content)
    {
        try
        {
            await content.CopyToAsync(context.Response.Body, StreamedAtOnce, context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            context.Abort();
        }
    }

    // The path as sent is what was signed; the host's decoded one is not.
    private static (string Path, string Query) RawTarget(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "/";
        if (!target.StartsWith('/')) target = PathOf(target);
        var question = target.IndexOf('?');
        return question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
    }

    // A proxy's form: http://host/path. Anything else has no path.
    private static string PathOf(string target)
    {
        var authority = target.IndexOf("://", StringComparison.Ordinal);
        var slash = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
        return slash < 0 ? "/" : target[slash..];
    }

    [LoggerMessage(1001, LogLevel.Error, "A request to {Service} failed; its id is {RequestId}")]
    private partial void LogUnexpected(Exception e, string service, string requestId);
}
