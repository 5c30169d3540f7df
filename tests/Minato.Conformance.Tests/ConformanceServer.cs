using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Minato.Aws.Dispatch;
using Minato.Aws.Signing;
using Minato.Contracts;
using Minato.Contracts.Scheduler;
using Task = System.Threading.Tasks.Task;

namespace Minato.Conformance.Tests;

/// <summary>
/// The real endpoint on a port of its own, with stand-ins for all services. Clients say with <c>POST /_exchange/ID</c> what the call that
/// carries the header <c>x-conformance-id: ID</c> shall be answered, and ask with <c>GET /_exchange/ID</c> what it brought.
/// </summary>
public sealed class ConformanceServer : IAsyncLifetime
{
    public const string AccessKeyId = "AKIDCONFORMANCE00000";
    public const string SecretKey = "conformance/secret+key";
    public const string Region = "eu-west-1";
    private WebApplication? _app;

    public Uri Url => new(_app?.Urls.First() ?? throw new InvalidOperationException("The server does not run."));

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(o => o.AddServerHeader = false);
        _app = builder.Build();
        ServiceModel[] models = [.. AwsServices.All, SchedulerService.Model];
        var endpoint = new AwsEndpoint(models.Select(EchoOperation.Replace), new AnyRoom(), new OneKey(),
            new() { NewRequestId = () => Guid.NewGuid().ToString() }, new FaultsOfExchanges());
        _app.MapPost("/_exchange/{id}", async (string id, HttpRequest request) =>
        {
            using var told = await JsonDocument.ParseAsync(request.Body);
            Exchange.Open[id] = new(told.RootElement.Clone());
        });
        _app.MapGet("/_exchange/{id}", (string id) => Exchange.Open.TryRemove(id, out var exchange) ? Results.Text(exchange.ToJson().ToJsonString(), "application/json") : Results.NotFound());
        _app.MapFallback("{**any}", async (HttpContext context) =>
        {
            Exchange.Current = Exchange.Open.GetValueOrDefault(context.Request.Headers["x-conformance-id"].ToString());
            await endpoint.HandleAsync(context);
        });
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
    }

    // Every service has a room that nobody asks anything; nobody authorises or observes.
    private sealed class AnyRoom : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType.Namespace?.StartsWith("Minato.Contracts", StringComparison.Ordinal) is true ? this : null;
    }

    private sealed class OneKey : ICredentials
    {
        private static readonly Credential Key = new(AccessKeyId, SecretKey, null, "123456789012", "arn:aws:iam::123456789012:root", "123456789012");

        public Credential? Find(string accessKeyId) => accessKeyId == AccessKeyId ? Key : null;
    }

    private sealed class FaultsOfExchanges : ILogger<AwsEndpoint>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Exchange.Current is { } exchange) exchange.Fault = exception?.ToString() ?? formatter(state, exception);
        }
    }
}
