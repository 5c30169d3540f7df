using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Minato.Platform;

namespace Minato.Server;

/// <summary>One running Minato: state, rooms and engines behind one endpoint on loopback.</summary>
internal sealed class MinatoServer : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5); // For requests under way when it stops.

    private readonly WebApplication _web;
    private readonly string _dataDirectory;

    private MinatoServer(WebApplication web, InstallationFile installation, RunningFile running, string dataDirectory)
    {
        _web = web;
        Installation = installation;
        Running = running;
        _dataDirectory = dataDirectory;
    }

    public InstallationFile Installation { get; }
    public RunningFile Running { get; }

    /// <exception cref="ServerStartException">It cannot start; the message says what to do.</exception>
    public static async Task<MinatoServer> StartAsync(ServerOptions options)
    {
        DataDirectory.Create(options.DataDirectory);
        var installation = InstallationFile.Open(options);
        var running = new RunningFile(Environment.ProcessId, StartedAt(), new($"http://127.0.0.1:{installation.Port}"), RunningFile.StartOf(Environment.ProcessId));
        WebApplication? web = null;
        try
        {
            web = Build(options, installation, running);
            var host = web.Services.GetRequiredService<PlatformHost>();
            await host.LoadAsync(CancellationToken.None);
            await web.StartAsync(); // First: who waits for an answer does not wait for the first steps of all that works on the state.
            host.Start();
            await web.Services.GetRequiredService<RegistryNames>().StartAsync(CancellationToken.None);
            running.Write(options.DataDirectory);
            return new(web, installation, running, options.DataDirectory);
        }
        catch (Exception e) when (e is StoreUnreadableException or ServerStartException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            if (web is not null) await web.DisposeAsync();
            throw new ServerStartException(e.Message);
        }
    }

    public Task WaitAsync() => _web.WaitForShutdownAsync();

    public async ValueTask DisposeAsync()
    {
        await _web.Services.GetRequiredService<PlatformHost>().StopAsync();
        await _web.DisposeAsync();
        RunningFile.Delete(_dataDirectory);
    }

    private static DateTimeOffset StartedAt()
    {
        using var self = Process.GetCurrentProcess();
        return new(self.StartTime);
    }

    private static WebApplication Build(ServerOptions options, InstallationFile installation, RunningFile running)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = options.DataDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Each part of the endpoint bounds what it reads: an API call is small, an image layer is not.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, running.Endpoint.Port);
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(console => { console.SingleLine = true; console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ "; console.UseUtcTimestamp = true; });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_patience);
        builder.Services.AddSingleton<IHostLifetime, Microsoft.Extensions.Hosting.Internal.ConsoleLifetime>();
        builder.Services.AddMinato(options, installation, running);
        var web = builder.Build();
        var door = web.Services.GetRequiredService<FrontDoor>();
        web.UseWebSockets(new() { KeepAliveInterval = TimeSpan.Zero }); // Agents do not count pings as a sign of life.
        web.Lifetime.ApplicationStopping.Register(web.Services.GetRequiredService<AgentEndpoint>().Close);
        web.Lifetime.ApplicationStopping.Register(web.Services.GetRequiredService<SessionEndpoint>().Close);
        web.Run(door.HandleAsync);
        return web;
    }
}
