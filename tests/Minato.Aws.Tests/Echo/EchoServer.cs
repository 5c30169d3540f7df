using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;
using Minato.Aws.Signing;
using Minato.Contracts;

namespace Minato.Aws.Tests.Echo;

/// <summary>
/// Every imported operation behind the real endpoint. What arrives is kept; what is answered was prepared before:
/// <c>POST /_echo/next</c> takes an answer or an error, <c>GET /_echo/last</c> shows the last request.
/// </summary>
internal sealed class EchoServer : IAwsInvoker, ICredentials, IAsyncDisposable
{
    public static IEnumerable<ServiceModel> Services => [.. AwsServices.All, .. TestServices.All];

    private readonly WebApplication _app;
    private JsonElement _next;

    private EchoServer(TimeProvider clock, Throttle? throttle, Action<IServiceCollection>? more)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new FailureLog(Failures));
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        // A generated client implements its service's interface: behind it stands this class.
        foreach (var service in Services) builder.Services.AddSingleton(service.Interface, service.MakeClient(this));
        builder.Services.AddSingleton<ICredentials>(this)
            .AddSingleton(new AwsEndpointOptions { NewRequestId = () => Guid.NewGuid().ToString(), Clock = clock, Explain = e => e is IOException ? e.Message : null, Throttle = throttle });
        builder.Services.AddAwsEndpoint(Services);
        more?.Invoke(builder.Services);
        _app = builder.Build();
        Endpoint = _app.Services.GetRequiredService<AwsEndpoint>();
        _app.Run(HandleAsync);
    }

    /// <summary>What the endpoint could not explain: there is to be none.</summary>
    public ConcurrentQueue<Exception> Failures { get; } = [];
    public AwsEndpoint Endpoint { get; }
    public Uri Address => new(_app.Urls.First());
    public (string Operation, IShape Request, Caller Caller)? Last { get; private set; }

    public static async Task<EchoServer> StartAsync(TimeProvider? clock = null, Throttle? throttle = null, Action<IServiceCollection>? more = null)
    {
        var server = new EchoServer(clock ?? TimeProvider.System, throttle, more);
        await server._app.StartAsync();
        return server;
    }

    public void AnswerNext(string json) => _next = JsonDocument.Parse(json).RootElement.Clone();

    /// <summary>Whose keys AKIAANN are, when they are no user's own.</summary>
    public CallerSession? Session { get; set; }
    public DateTimeOffset? EndsAt { get; set; }

    public Credential? Find(string accessKeyId) => accessKeyId is "AKIACONFORMANCE"
        ? new(accessKeyId, "secret", null, "123456789012", "arn:aws:iam::123456789012:root", "123456789012")
        : accessKeyId is "AKIAANN" ? new(accessKeyId, "secret", null, "123456789012", "arn:aws:iam::123456789012:user/team/ann", "AIDAANN", EndsAt, Session) : null;

    public Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct) where TOut : IShape<TOut>
    {
        Last = (operation.Name, request, caller);
        if (_next.ValueKind is JsonValueKind.Undefined) return Task.FromResult(CanonicalReader.Read<TOut>(JsonDocument.Parse("{}").RootElement));
        if (_next.TryGetProperty("disk", out var disk)) throw new IOException(disk.GetString());
        if (_next.TryGetProperty("error", out var error)) throw service.Errors[error.GetString() ?? ""](_next.GetProperty("message").GetString());
        return Task.FromResult(CanonicalReader.Read<TOut>(_next.GetProperty("answer")));
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        switch (context.Request.Path.Value)
        {
            case "/_echo/next":
                using (var body = await JsonDocument.ParseAsync(context.Request.Body)) _next = body.RootElement.Clone();
                break;
            case "/_echo/last" when Last is var (operation, request, _):
                await context.Response.WriteAsync($$"""{"operation":"{{operation}}","request":{{CanonicalWriter.Write(request)}}}""");
                break;
            default:
                await Endpoint.HandleAsync(context);
                break;
        }
    }
}

internal sealed class FailureLog(ConcurrentQueue<Exception> failures) : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) failures.Enqueue(exception ?? new InvalidOperationException(formatter(state, exception)));
    }

    public void Dispose() { }
}
