using System.Diagnostics;
using Minato.Cli.Running;

namespace Minato.Cli.Demo;

/// <summary>The demo's web server: busybox and two scripts in an image made from nothing, pushed to Minato's own registry.</summary>
internal sealed class DemoImage(MinatoClient minato)
{
    private const string Repository = "minato-demo";
    private string Registry => $"{minato.Endpoint.Host}:{minato.Endpoint.Port}";

    /// <summary>As a task definition names it: the account's own registry.</summary>
    public string Name(string tag) => $"{minato.Caller.AccountId}.dkr.ecr.{minato.Caller.Region}.amazonaws.com/{Repository}:{tag}";

    public async Task BuildAndPushAsync(IReadOnlyList<string> tags, CancellationToken ct)
    {
        try { await minato.Ecr.CreateRepositoryAsync(new() { RepositoryName = Repository }, minato.Caller, ct); }
        catch (Contracts.Ecr.RepositoryAlreadyExistsException) { } // From an earlier demo.
        var folder = Directory.CreateTempSubdirectory("minato-demo-");
        try
        {
            var (content, config) = (folder.CreateSubdirectory("content").FullName, folder.CreateSubdirectory("config").FullName);
            await WriteAsync(content, ct);
            await LoginAsync(config, ct);
            foreach (var tag in tags)
            {
                var image = $"{Registry}/{Repository}:{tag}";
                await Docker(["build", "--quiet", "--build-arg", $"VERSION={tag}", "--tag", image, content], config, null, ct);
                await Docker(["push", "--quiet", image], config, null, ct);
            }
        }
        finally { folder.Delete(recursive: true); }
    }

    private async Task LoginAsync(string config, CancellationToken ct)
    {
        var data = (await minato.Ecr.GetAuthorizationTokenAsync(new(), minato.Caller, ct)).AuthorizationData ?? [];
        var token = System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(data.FirstOrDefault()?.AuthorizationToken ?? ""));
        await Docker(["login", "--username", "AWS", "--password-stdin", Registry], config, token[(token.IndexOf(':', StringComparison.Ordinal) + 1)..], ct);
    }

    private static async Task WriteAsync(string folder, CancellationToken ct)
    {
        File.Copy(File.Exists("/bin/busybox") ? "/bin/busybox" : "/usr/bin/busybox", Path.Combine(folder, "busybox"));
        await File.WriteAllTextAsync(Path.Combine(folder, "Dockerfile"), """
            FROM scratch
            ARG VERSION
            COPY busybox /bin/busybox
            COPY start /start
            COPY hello /www/cgi-bin/hello
            ENV VERSION=$VERSION
            ENTRYPOINT ["/bin/busybox", "sh", "/start"]

            """, ct);
        // The version "bad" has no page for the health check to find.
        await Script(folder, "start", """
            #!/bin/busybox sh
            echo "version $VERSION starts"
            [ "$VERSION" = bad ] && echo "version $VERSION forgot its health page" >&2 || echo ok >/www/health
            trap 'echo "version $VERSION stops"; exit 0' TERM
            /bin/busybox httpd -f -p 80 -h /www &
            wait $!

            """, ct);
        await Script(folder, "hello", """
            #!/bin/busybox sh
            printf 'Content-Type: text/plain\r\n\r\nversion %s from %s\n' "$VERSION" "$HOSTNAME"

            """, ct);
    }

    private static async Task Script(string folder, string name, string text, CancellationToken ct)
    {
        var path = Path.Combine(folder, name);
        await File.WriteAllTextAsync(path, text, ct);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    /// <param name="config">Instead of the user's own: neither his logins nor where he keeps them are the demo's business.</param>
    private static async Task Docker(string[] arguments, string config, string? input, CancellationToken ct)
    {
        // The classic builder needs no plugin, and an image of copied files needs nothing more.
        var start = new ProcessStartInfo(File.Exists("/usr/bin/docker") ? "/usr/bin/docker" : "docker", arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["DOCKER_BUILDKIT"] = "0", ["DOCKER_CONFIG"] = config },
        };
        using var process = Process.Start(start) ?? throw new UserException("docker could not be started.");
        if (input is not null) await process.StandardInput.WriteAsync(input.AsMemory(), ct);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode is not 0) throw new UserException($"docker {arguments[0]} failed: {(await error).Trim()} {(await output).Trim()}");
    }
}
