using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Engines.Functions;

namespace Minato.Server.Tests;

/// <summary>A function as its owner runs it: a server on loopback; and a data directory to register it in.</summary>
internal sealed class FunctionHost : IAsyncDisposable
{
    public const string Arn = "arn:aws:lambda:us-east-1:123456789012:function:check";

    private readonly WebApplication _web;
    private readonly string _directory = Directory.CreateTempSubdirectory("minato-functions-").FullName;
    private ServiceProvider? _services;

    private FunctionHost(WebApplication web) => _web = web;

    public string Url => _web.Urls.First();

    public string File => Path.Combine(_directory, "functions.json");

    public FunctionTargets Targets => Services.GetRequiredService<FunctionTargets>();

    public IFunctionEngine Engine => Services.GetRequiredService<IFunctionEngine>();

    private ServiceProvider Services => _services ??= new ServiceCollection().AddLogging().AddHttpFunctions(new(File)).BuildServiceProvider();

    public static async Task<FunctionHost> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        web.Run(answer);
        await web.StartAsync(TestContext.Current.CancellationToken);
        return new(web);
    }

    /// <summary>As the next start of the server finds them.</summary>
    public FunctionTargets Again() => new(new(File), NullLogger<FunctionTargets>.Instance);

    public string[] Files() => [.. Directory.EnumerateFiles(_directory).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        if (_services is not null) await _services.DisposeAsync();
        await _web.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
