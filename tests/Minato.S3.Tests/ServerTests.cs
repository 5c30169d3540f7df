using System.Diagnostics;
using System.Net;
using Minato.Aws;
using Minato.Contracts.S3;

namespace Minato.S3.Tests;

/// <summary>What measures memory has the process to itself.</summary>
[CollectionDefinition(nameof(ServerTests), DisableParallelization = true)]
public sealed class Alone;

[Trait("Floor", "wire"), Collection(nameof(ServerTests))]
public sealed class ServerTests : IAsyncLifetime
{
    private const int Large = 192 * 1024 * 1024;
    private S3Server? _server;

    private S3Server Server => _server ?? throw new InvalidOperationException();

    public async ValueTask InitializeAsync() => _server = await S3Server.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task Objects_stream_in_bounded_memory()
    {
        GC.Collect();
        var (before, most) = (GC.GetTotalMemory(forceFullCollection: true), 0L);
        var body = new EndlessStream(Large, () => most = Math.Max(most, GC.GetTotalMemory(false)));
        await Server.S3.PutObjectAsync(new() { Bucket = "things", Key = "large", Body = body, ContentLength = Large }, Server.Caller, default);
        var got = await Server.S3.GetObjectAsync(new() { Bucket = "things", Key = "large" }, Server.Caller, default);
        var (length, buffer) = (0L, new byte[1024 * 1024]);
        await using (var content = got.Body.ShouldNotBeNull())
        {
            while (await content.ReadAsync(buffer) is > 0 and var read)
            {
                buffer.AsSpan(0, read).IndexOfAnyExcept((byte)'x').ShouldBe(-1);
                length += read;
                most = Math.Max(most, GC.GetTotalMemory(false));
            }
        }
        length.ShouldBe(Large);
        (most - before).ShouldBeLessThan(Large / 3);
    }

    [Fact]
    public async Task What_breaks_off_is_never_visible()
    {
        var body = new EndlessStream(Large, () => { }) { BreaksAt = 1024 * 1024 };
        await Should.ThrowAsync<Exception>(() => Server.S3.PutObjectAsync(new() { Bucket = "things", Key = "half", Body = body, ContentLength = Large }, Server.Caller, default));
        (await Should.ThrowAsync<AwsException>(() => Server.S3.GetObjectAsync(new() { Bucket = "things", Key = "half" }, Server.Caller, default))).Code.ShouldBe("NoSuchKey");
        var waited = Stopwatch.StartNew();
        while (Server.Files.Length > 0 && waited.Elapsed < TimeSpan.FromSeconds(20)) await Task.Delay(50);
        Server.Files.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bucket_may_stand_in_the_path_or_in_the_host()
    {
        await OpenToAllAsync();
        await PutAsync("a/b c", "1");
        (await Server.SendAsync("GET", "/things/a/b%20c")).Text.ShouldBe("1");
        (await Server.SendAsync("GET", "/a/b%20c", "things.s3.localhost")).Text.ShouldBe("1");
        (await Server.SendAsync("GET", "/a/b%20c", "things.s3.eu-west-1.amazonaws.com")).Text.ShouldBe("1");
        (await Server.SendAsync("GET", "/things/a/b%20c", "s3.eu-west-1.amazonaws.com")).Text.ShouldBe("1");
    }

    [Fact]
    public async Task Ranges_conditions_and_heads_answer_as_HTTP_does()
    {
        await OpenToAllAsync();
        await PutAsync("k", "0123456789");
        var whole = await Server.SendAsync("GET", "/things/k");
        var etag = whole.Answer.Headers.ETag?.ToString() ?? "";
        var part = await Server.SendAsync("GET", "/things/k", null, ("Range", "bytes=2-4"));
        (part.Status, part.Text, part.Answer.Content.Headers.ContentRange?.ToString()).ShouldBe((HttpStatusCode.PartialContent, "234", "bytes 2-4/10"));
        var unchanged = await Server.SendAsync("GET", "/things/k", null, ("If-None-Match", etag));
        (unchanged.Status, unchanged.Text, unchanged.Answer.Headers.ETag?.ToString()).ShouldBe((HttpStatusCode.NotModified, "", etag));
        var head = await Server.SendAsync("HEAD", "/things/k");
        (head.Status, head.Text, head.Answer.Content.Headers.ContentLength).ShouldBe((HttpStatusCode.OK, "", 10));
        (await Server.SendAsync("GET", "/things/k", null, ("Range", "bytes=10-"))).Status.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    [Theory]
    [InlineData("GET", "/things/k?policy", 405), InlineData("GET", "/things?nonsense", 405), InlineData("GET", "/things/%FF", 400), InlineData("GET", "/none/k", 404), InlineData("POST", "/things", 405)]
    public async Task What_means_nothing_is_told_so_in_S3s_form(string method, string path, int status)
    {
        var answer = await Server.SendAsync(method, path);
        ((int)answer.Status, answer.Answer.Content.Headers.ContentType?.MediaType).ShouldBe((status, "application/xml"));
        answer.Text.ShouldContain("<Error><Code>");
    }

    [Theory]
    [InlineData("/things/../other/k", 400, "InvalidURI"), InlineData("/things/%2E%2E/other/k", 400, "InvalidURI"), InlineData("/things/a/..%2F..%2Fk", 400, "InvalidURI")]
    [InlineData("/things/a/../k", 404, "NoSuchKey"), InlineData("/things/nul%00k", 400, ""), InlineData("/things/e%CC%81", 404, "NoSuchKey")]
    public async Task No_path_leads_out_of_its_bucket_or_to_another_key(string path, int status, string code)
    {
        await OpenToAllAsync();
        foreach (var key in new[] { "k", "nul", "é" }) await PutAsync(key, "1");
        var answer = await Server.SendRawAsync("GET", path);
        (answer.Status, answer.Code).ShouldBe((status, code));
        Server.Files.Length.ShouldBe(1, "three objects of the same content, and nothing else");
    }

    [Fact]
    public async Task A_browser_is_told_what_the_rules_of_the_bucket_say()
    {
        await Server.S3.PutBucketCorsAsync(new()
        {
            Bucket = "things", CORSConfiguration = new() { CORSRules = [new() { AllowedMethods = ["PUT"], AllowedOrigins = ["https://*.example.com"], AllowedHeaders = ["x-amz-*"], MaxAgeSeconds = 60 }] },
        }, Server.Caller, default);
        var allowed = await Server.SendAsync("OPTIONS", "/things/k", null, ("Origin", "https://a.example.com"), ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", "x-amz-date"));
        allowed.Status.ShouldBe(HttpStatusCode.OK);
        allowed.Answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://a.example.com"]);
        allowed.Answer.Headers.GetValues("Access-Control-Max-Age").ShouldBe(["60"]);
        (await Server.SendAsync("OPTIONS", "/things/k", null, ("Origin", "https://a.example.com"), ("Access-Control-Request-Method", "DELETE"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await Server.SendAsync("OPTIONS", "/none/k", null, ("Origin", "https://a.example.com"), ("Access-Control-Request-Method", "PUT"))).Status.ShouldBe(HttpStatusCode.Forbidden);
        var refused = await Server.SendAsync("PUT", "/things/k", null, ("Origin", "https://example.org"));
        refused.Answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        var answered = await Server.SendAsync("PUT", "/things/k", null, ("Origin", "https://b.example.com"));
        (answered.Status, answered.Answer.Headers.Contains("Access-Control-Allow-Origin")).ShouldBe((HttpStatusCode.Forbidden, true));
    }

    [Fact]
    public async Task A_reset_takes_the_files_along()
    {
        await PutAsync("k", "1");
        Server.Files.Length.ShouldBe(1);
        await Server.ResetAsync();
        Server.Files.ShouldBeEmpty();
    }

    /// <summary>boto3 signs, chunks and checks in ways of its own.</summary>
    [Fact]
    public async Task Boto3_is_at_home()
    {
        var script = Path.Combine(AppContext.BaseDirectory, "boto_s3.py");
        using var python = Process.Start(new ProcessStartInfo("python3", [script, Server.Address.ToString().TrimEnd('/'), S3Server.AccessKeyId, S3Server.SecretKey]) { RedirectStandardOutput = true, RedirectStandardError = true });
        if (python is null) Assert.Skip("There is no python3.");
        var (output, errors) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await python.WaitForExitAsync(patience.Token);
        if (python.ExitCode == 77) Assert.Skip("boto3 is not installed.");
        python.ExitCode.ShouldBe(0, await output + await errors);
    }

    private Task<PutObjectResponse> PutAsync(string key, string text) => Server.S3.PutObjectAsync(new() { Bucket = "things", Key = key, Body = S3World.Body(text), ContentLength = text.Length }, Server.Caller, default);

    private async Task OpenToAllAsync()
    {
        await Server.S3.DeletePublicAccessBlockAsync(new() { Bucket = "things" }, Server.Caller, default);
        await Server.S3.PutBucketPolicyAsync(new()
        {
            Bucket = "things", Policy = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::things/*"}}""",
        }, Server.Caller, default);
    }

    // So much of one letter, and now and then a word to who watches.
    private sealed class EndlessStream(long length, Action passing) : Stream
    {
        private long _left = length;

        public long BreaksAt { get; init; } = long.MaxValue;
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length { get; } = length;
        public override long Position { get => Length - _left; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Position >= BreaksAt) throw new IOException("The source broke off.");
            passing();
            count = (int)Math.Min(count, _left);
            buffer.AsSpan(offset, count).Fill((byte)'x');
            _left -= count;
            return count;
        }

        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
