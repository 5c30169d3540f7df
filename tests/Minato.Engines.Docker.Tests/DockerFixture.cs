using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>An installation of its own on the real engine, with an image of busybox alone; all of it is removed in the end.</summary>
public sealed class DockerFixture : IAsyncLifetime
{
    private const string Shell = "/bin/busybox";

    private readonly DockerEngineOptions options = new() { InstallationId = "kit-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)) };

    internal DockerEngine Engine { get; private set; } = null!;

    internal DockerEngine OtherEngine { get; private set; } = null!;

    internal DockerClient Client { get; private set; } = null!;

    public string Installation => options.InstallationId;

    public string Image => $"minato-kit:{Installation}";

    /// <summary>Why the tests cannot run, if they cannot.</summary>
    public string? Absence { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Client = new DockerClient(options);
        Engine = new(Client, options, NullLogger<DockerEngine>.Instance);
        OtherEngine = new(Client, options with { InstallationId = Installation + "-other" }, NullLogger<DockerEngine>.Instance);
        if (await Engine.StatusAsync(CancellationToken.None) is EngineStatus.Away away) Absence = away.Advice;
        else if (!File.Exists(Shell)) Absence = "The tests' image needs busybox-static: `apt-get install busybox-static`.";
        else
        {
            await Engine.LoadAsync(ScratchImage.Make(Image, new() { Env = ["PATH=/bin"], Healthcheck = OwnCheck },
                [new("bin/busybox", await File.ReadAllBytesAsync(Shell)), new("bin/sh", await File.ReadAllBytesAsync(Shell))]),
                CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Absence is null)
        {
            await Engine.PurgeAsync(CancellationToken.None);
            await OtherEngine.PurgeAsync(CancellationToken.None);
            await Client.DoAsync(HttpMethod.Delete, $"/images/{Image}", CancellationToken.None);
        }
        Client.Dispose();
    }

    /// <summary>The image's own health check, which always fails: no task sees it.</summary>
    private static HealthCheckBody OwnCheck => new() { Test = ["CMD", "/bin/busybox", "false"], Interval = 100_000_000, Retries = 1 };
}
