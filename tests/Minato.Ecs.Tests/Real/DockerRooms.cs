using System.Diagnostics;
using System.Formats.Tar;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ec2;
using Minato.Engines.Containers;
using Minato.Engines.Docker;
using Minato.Engines.Inside;
using Minato.Engines.Network;
using Minato.Iam;
using Minato.Logs;
using Minato.Platform;
using Minato.S3;
using Minato.SecretsManager;
using Minato.Ssm;
using Minato.Sts;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Real;

/// <summary>The rooms that a task needs, on the Docker Engine of this machine, with an image of busybox alone.</summary>
public sealed class DockerRooms : IAsyncLifetime
{
    /// <summary>The collection of tests on the host's own networks: of several installations there, only one answers tasks at 169.254.170.2.</summary>
    public const string OneByOne = "the host's own networks";

    private const string Shell = "/bin/busybox";
    private readonly string _installation = "ecs-" + Guid.NewGuid().ToString("N")[..10];
    private ServiceProvider? _services;

    /// <summary>Why the tests cannot run, if they cannot.</summary>
    public string? Absence { get; private set; }
    public string Image => $"minato-ecs-kit:{_installation}";
    public Caller Caller { get; } = new() { AccountId = "123456789012", Region = "us-east-1", PrincipalArn = "arn:aws:iam::123456789012:root" };
    public T Get<T>() where T : notnull => (_services ?? throw new InvalidOperationException("Not started.")).GetRequiredService<T>();
    public IEcs Ecs => Get<IEcs>();

    public async ValueTask InitializeAsync()
    {
        _services = new ServiceCollection().AddPlatform().AddEc2().AddLogs().AddEcs()
            .AddIam(Caller.AccountId, "AKIAROOT", "secret").AddSts().AddSecretsManager().AddSsm().AddS3()
            .AddInsideEndpoint(new() { InstallationId = _installation })
            .AddDockerEngine(new() { InstallationId = _installation })
            .AddSingleton(new PageTokens("a secret of the test"u8))
            .AddSingleton(new Installation { Id = _installation, AccountId = Caller.AccountId, Endpoint = new("http://127.0.0.1:4566") })
            .BuildServiceProvider();
        if (await Get<IContainerEngine>().StatusAsync(default) is EngineStatus.Away away) Absence = away.Advice;
        else if (!File.Exists(Shell)) Absence = "The tests' image needs busybox-static.";
        else
        {
            await ImportAsync();
            await Get<PlatformHost>().StartAsync(default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is null) return;
        if (Absence is null)
        {
            await Get<PlatformHost>().ResetAsync(default);
            await Get<PlatformHost>().DisposeAsync();
            await Get<IContainerEngine>().PurgeAsync(default);
            await DockerAsync(null, "rmi", "-f", Image);
            await Get<IInsideEndpoint>().RemoveAsync(default);
        }

        await _services.DisposeAsync();
    }

    private async Task ImportAsync()
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var name in new[] { "bin/busybox", "bin/sh" })
            {
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(await File.ReadAllBytesAsync(Shell)), Mode = (UnixFileMode)0b111_101_101,
                });
            }
        }

        tar.Position = 0;
        await DockerAsync(tar, "import", "--change", "ENV PATH=/bin", "--change", "CMD [\"/bin/sh\"]", "-", Image);
    }

    private static async Task DockerAsync(Stream? input, params string[] arguments)
    {
        var start = new ProcessStartInfo("docker") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var docker = Process.Start(start) ?? throw new InvalidOperationException("docker does not start.");
        if (input is not null) await input.CopyToAsync(docker.StandardInput.BaseStream);
        docker.StandardInput.Close();
        await docker.StandardOutput.ReadToEndAsync();
        await docker.WaitForExitAsync();
    }
}
