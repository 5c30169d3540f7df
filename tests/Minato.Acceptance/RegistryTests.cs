using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Minato.Cli.Registry;
using Minato.Server;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>The registry under its real names, and with a process that dies under a push.</summary>
[Trait("Floor", "engine")]
public sealed class RegistryTests
{
    private const string Account = "123456789012";
    private const string Name = $"{Account}.dkr.ecr.eu-west-1.amazonaws.com";

    [Fact]
    public async Task The_lines_people_have_work_word_for_word_after_a_claim()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        Assert.SkipUnless(Environment.UserName == "root", "only root may write the hosts file and listen on port 443");
        var ct = TestContext.Current.CancellationToken;
        var (hosts, docker) = (await File.ReadAllTextAsync("/etc/hosts", ct), Directory.CreateTempSubdirectory("minato-docker-").FullName);
        var host = new Host();
        try
        {
            await host.StartAsync(ct);
            var plan = (await host.RunAsync(ct, "registry", "claim", "--account", Account)).Ok();
            plan.ShouldContain("/etc/hosts");
            plan.ShouldContain($"/etc/docker/certs.d/{Name}/ca.crt");
            (await File.ReadAllTextAsync("/etc/hosts", ct)).ShouldBe(hosts); // Shown, and not done.
            (await host.RunAsync(ct, "registry", "claim", "--account", Account, "--yes")).Ok();
            await host.Minato.Ecr.CreateRepositoryAsync(new() { RepositoryName = "web" }, host.Minato.Caller, ct);
            var password = Encoding.UTF8.GetString(Convert.FromBase64String(
                (await host.Minato.Ecr.GetAuthorizationTokenAsync(new(), host.Minato.Caller, ct)).AuthorizationData?[0].AuthorizationToken ?? ""))["AWS:".Length..];
            (await Shell.DockerAsync(ct, "--config", docker, "login", "--username", "AWS", "--password", password, Name)).Ok();
            await File.WriteAllTextAsync(Path.Combine(docker, "Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n", ct);
            (await Shell.DockerAsync(ct, "--config", docker, "build", "--tag", $"{Name}/web:v1", docker)).Ok();
            (await Shell.DockerAsync(ct, "--config", docker, "push", $"{Name}/web:v1")).Ok();
            (await Shell.DockerAsync(ct, "rmi", $"{Name}/web:v1")).Ok();
            (await Shell.DockerAsync(ct, "--config", docker, "pull", $"{Name}/web:v1")).Ok();
            (await host.RunAsync(ct, "registry", "release", "--yes")).Ok();
            (await File.ReadAllTextAsync("/etc/hosts", ct)).ShouldBe(hosts);
            File.Exists($"/etc/docker/certs.d/{Name}/ca.crt").ShouldBeFalse();
            (await host.RunAsync(ct, "registry", "claim", "--account", Account, "--yes")).Ok();
        }
        finally
        {
            await Shell.DockerAsync(default, "rmi", "--force", $"{Name}/web:v1");
            await host.DisposeAsync();
            Directory.Delete(docker, recursive: true);
        }

        (await File.ReadAllTextAsync("/etc/hosts", ct)).ShouldBe(hosts); // down --purge takes it away, too.
        File.Exists(new HostClaim("any").CertificateOf(Name)).ShouldBeFalse();
    }

    [Fact]
    public async Task After_kill_minus_9_in_the_middle_of_a_push_nothing_is_visible_and_the_push_goes_on()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var ct = TestContext.Current.CancellationToken;
        var host = new Host();
        try
        {
            await host.StartAsync(ct);
            await host.Minato.Ecr.CreateRepositoryAsync(new() { RepositoryName = "web" }, host.Minato.Caller, ct);
            var token = (await host.Minato.Ecr.GetAuthorizationTokenAsync(new(), host.Minato.Caller, ct)).AuthorizationData?[0].AuthorizationToken;
            var bytes = RandomNumberGenerator.GetBytes(32 * 1024 * 1024);
            var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
            using var http = new HttpClient { BaseAddress = host.Files.Require().Running.Endpoint };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
            using var begun = await http.PostAsync(new Uri("/v2/web/blobs/uploads/", UriKind.Relative), null, ct);
            var location = begun.Headers.Location ?? throw new InvalidOperationException("There is no upload.");
            using var half = new HttpRequestMessage(HttpMethod.Patch, location) { Content = new StreamContent(new KillingStream(bytes, () => host.KillAsync(ct))) };
            await Should.ThrowAsync<HttpRequestException>(() => http.SendAsync(half, ct));
            await host.UpAsync(ct);
            using var hidden = await http.GetAsync(new Uri($"/v2/web/blobs/{digest}", UriKind.Relative), ct);
            ((int)hidden.StatusCode).ShouldBe(404);
            using var status = await http.GetAsync(location, ct);
            var received = int.Parse(status.Headers.NonValidated["Range"].ToString().Split('-')[1], System.Globalization.CultureInfo.InvariantCulture) + 1;
            received.ShouldBeInRange(1, bytes.Length - 1);
            using var rest = await http.PatchAsync(location, new ByteArrayContent(bytes, received, bytes.Length - received), ct);
            using var done = await http.PutAsync(new Uri($"{location}?digest={digest}", UriKind.Relative), null, ct);
            ((int)done.StatusCode).ShouldBe(201);
            (await http.GetByteArrayAsync(new Uri($"/v2/web/blobs/{digest}", UriKind.Relative), ct)).AsSpan().SequenceEqual(bytes).ShouldBeTrue();
        }
        finally
        {
            await host.DisposeAsync();
        }
    }

    /// <summary>Half of the content; then somebody dies; the rest finds nobody.</summary>
    private sealed class KillingStream(byte[] bytes, Func<Task> kill) : Stream
    {
        private int _sent;
        private bool _isDead;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_sent >= bytes.Length / 2 && !_isDead)
            {
                await kill();
                _isDead = true;
            }

            var count = Math.Min(buffer.Length, _isDead ? bytes.Length - _sent : (bytes.Length / 2) - _sent);
            bytes.AsMemory(_sent, count).CopyTo(buffer);
            _sent += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
