using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Minato.Engines.Docker.Tests;

/// <summary>Answers on a unix socket what a test says: for what a healthy daemon does not do when asked.</summary>
internal sealed class FakeDaemon : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly DockerClient client;

    private FakeDaemon(WebApplication application, DockerEngineOptions options)
    {
        this.application = application;
        client = new(options);
        Engine = new(client, options, NullLogger<DockerEngine>.Instance);
    }

    public DockerEngine Engine { get; }

    public static async Task<FakeDaemon> StartAsync(RequestDelegate answer, int callTimeoutMs = 300)
    {
        var options = new DockerEngineOptions
        {
            InstallationId = "fake",
            SocketPath = Path.Combine(Path.GetTempPath(), $"fake-docker-{Path.GetRandomFileName()}.sock"),
            CallTimeout = TimeSpan.FromMilliseconds(callTimeoutMs),
            PullSilence = TimeSpan.FromMilliseconds(300),
        };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(options.SocketPath));
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        return new(server, options);
    }

    public async ValueTask StopAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await application.StopAsync(now.Token);
    }

    public async ValueTask DisposeAsync()
    {
        Engine.Dispose();
        client.Dispose();
        await StopAsync();
        await application.DisposeAsync();
    }
}
