using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Minato.Engines.Proxy;
using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>What clients of a listener with TLS meet, with clients that look at certificates, versions and protocols.</summary>
[Trait("Floor", "engine")]
public sealed class TlsTests : OnHaProxy
{
    [Fact]
    public async Task The_certificate_is_the_one_for_the_name_that_is_asked_for()
    {
        var tls = GivenTls.Of(
            GivenTls.Certificate("default", false, "www.example.com"), GivenTls.Certificate("exact", false, "www.example.com"),
            GivenTls.Certificate("wild", false, "*.example.com"), GivenTls.Certificate("first", false, "two.example.org"), GivenTls.Certificate("second", false, "two.example.org"),
            GivenTls.Certificate("rsa", false, "both.example.org"), GivenTls.Certificate("elliptic", true, "both.example.org"));
        var listener = await ApplyAsync(tls);
        (await SubjectAsync(listener, "www.example.com")).ShouldBe("CN=exact"); // Though the default one is for it, too.
        (await SubjectAsync(listener, "api.example.com")).ShouldBe("CN=wild");
        (await SubjectAsync(listener, "a.b.example.com")).ShouldBe("CN=default");
        (await SubjectAsync(listener, "elsewhere.net")).ShouldBe("CN=default");
        (await SubjectAsync(listener, "two.example.org")).ShouldBe("CN=first");
        (await SubjectAsync(listener, "both.example.org")).ShouldBe("CN=elliptic");
    }

    [Fact]
    public async Task Only_versions_of_the_policy_are_spoken()
    {
        var modern = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")) with { Oldest = "TLSv1.3", Ciphers = ["TLS_AES_128_GCM_SHA256"] });
        (await VersionAsync(modern, SslProtocols.Tls13)).ShouldBe(SslProtocols.Tls13);
        await Should.ThrowAsync<Exception>(() => VersionAsync(modern, SslProtocols.Tls12));
        var former = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")) with { Newest = "TLSv1.2", Ciphers = ["ECDHE-RSA-AES128-GCM-SHA256"] });
        (await VersionAsync(former, SslProtocols.Tls12)).ShouldBe(SslProtocols.Tls12);
        await Should.ThrowAsync<Exception>(() => VersionAsync(former, SslProtocols.Tls13));
    }

    [Theory, InlineData("2.0", "HTTP/2"), InlineData("1.1", "HTTP/1.1")]
    public async Task Clients_speak_http_2_when_it_is_offered(string version, string seen)
    {
        var listener = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")));
        using var answer = await GetAsync(listener, Version.Parse(version));
        $"HTTP/{(answer.Version.Major == 2 ? "2" : answer.Version.ToString())}".ShouldBe(seen);
        var headers = await answer.Content.ReadAsStringAsync(Stopping);
        headers.ShouldContain("X-Forwarded-Proto: https");
        headers.ShouldContain($"X-Forwarded-Port: {listener.Port}");
    }

    [Fact]
    public async Task A_plain_listener_of_the_same_backend_says_http()
    {
        var one = await Bed.StartTargetAsync("one");
        var (plain, secure) = (Listener("http"), Listener("https") with { Tls = GivenTls.Of(GivenTls.Certificate("default")) });
        await ApplyAsync([plain, secure], new() { Id = "web", Servers = [one] });
        (await Bed.SendAsync(plain, new())).Seen.ShouldNotBeNull().ShouldContain("X-Forwarded-Proto: http\n");
        (await Bed.SendAsync(secure, new())).Seen.ShouldNotBeNull().ShouldContain("X-Forwarded-Proto: https\n");
    }

    [Fact]
    public async Task Targets_are_told_version_and_cipher_and_the_clients_certificate_when_they_are_to_be()
    {
        var tls = GivenTls.Of(GivenTls.Certificate("default")) with { TellsTargets = true, PassesClientCertificate = true, Newest = "TLSv1.2" };
        var listener = await ApplyAsync(tls);
        var client = GivenTls.Certificate("client");
        using var certificate = X509Certificate2.CreateFromPem(client.Pem, client.Pem);
        using var usable = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        using var answer = await GetAsync(listener, HttpVersion.Version11, usable);
        var seen = await answer.Content.ReadAsStringAsync(Stopping);
        seen.ShouldContain("x-amzn-tls-version: TLSv1.2", Case.Insensitive);
        seen.ShouldContain("x-amzn-tls-cipher-suite: ECDHE-RSA-AES128-GCM-SHA256", Case.Insensitive);
        var pem = Uri.UnescapeDataString(seen.Split('\n').Single(l => l.StartsWith("X-Amzn-Mtls-Clientcert: ", StringComparison.OrdinalIgnoreCase)).Split(": ")[1].Trim());
        using var told = X509Certificate2.CreateFromPem(pem);
        told.Thumbprint.ShouldBe(certificate.Thumbprint);
        using var without = await GetAsync(listener, HttpVersion.Version11);
        (await without.Content.ReadAsStringAsync(Stopping)).ShouldNotContain("Mtls", Case.Insensitive);
    }

    [Fact]
    public async Task Headers_about_tls_may_have_other_names()
    {
        using var root = new Authority("Root");
        using var client = root.Issue("client");
        var listener = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")) with
        {
            Newest = "TLSv1.2", TellsTargets = true, Trust = new(root.Pem, Revocations: null, IgnoresExpiry: false, NamesAuthorities: true),
            Headers = new() { Version = "Spoken", Subject = "Who_Asks" },
        });
        using var answer = await GetAsync(listener, HttpVersion.Version11, client);
        var seen = await answer.Content.ReadAsStringAsync(Stopping);
        seen.ShouldContain("Spoken: TLSv1.2", Case.Insensitive);
        seen.ShouldContain("Who_Asks: CN=client,O=Minato", Case.Insensitive);
        seen.ShouldContain("X-Amzn-Mtls-Clientcert-Serial-Number: ", Case.Insensitive);
        seen.ShouldNotContain("x-amzn-tls-version", Case.Insensitive);
        seen.ShouldNotContain("X-Amzn-Mtls-Clientcert-Subject", Case.Insensitive);
    }

    [Fact]
    public async Task A_listener_that_trusts_an_authority_takes_its_certificates_alone_and_tells_targets_what_is_in_them()
    {
        using var root = new Authority("Root");
        using var client = root.Issue("client");
        using var revoked = root.Issue("revoked");
        using var expired = root.Issue("expired", DateTimeOffset.UtcNow.AddDays(-1));
        using var stranger = new Authority("Other").Issue("client");
        var trust = new ProxyClientTrust(root.Pem, root.ListOf(revoked), IgnoresExpiry: false, NamesAuthorities: true);
        var listener = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")) with { Newest = "TLSv1.2", Trust = trust });
        using var answer = await GetAsync(listener, HttpVersion.Version11, client);
        var seen = await answer.Content.ReadAsStringAsync(Stopping);
        string Told(string name) => seen.Split('\n').Single(l => l.StartsWith($"X-Amzn-Mtls-Clientcert-{name}: ", StringComparison.OrdinalIgnoreCase)).Split(": ", 2)[1].Trim();
        Told("Serial-Number").ShouldBe(client.SerialNumber);
        Told("Subject").ShouldBe("CN=client,O=Minato");
        Told("Issuer").ShouldBe("CN=Root,O=Minato");
        Told("Validity").ShouldBe(FormattableString.Invariant(
            $"NotBefore={client.NotBefore.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'};NotAfter={client.NotAfter.ToUniversalTime():yyyy-MM-dd'T'HH:mm:ss'Z'}"));
        using var leaf = X509Certificate2.CreateFromPem(Uri.UnescapeDataString(Told("Leaf")));
        leaf.Thumbprint.ShouldBe(client.Thumbprint);
        foreach (var other in new[] { null, revoked, expired, stranger })
            await Should.ThrowAsync<HttpRequestException>(() => GetAsync(listener, HttpVersion.Version11, other));
        listener = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")) with { Newest = "TLSv1.2", Trust = trust with { Revocations = null, IgnoresExpiry = true, NamesAuthorities = false } });
        foreach (var other in new[] { revoked, expired })
            using (var taken = await GetAsync(listener, HttpVersion.Version11, other)) taken.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Headers_that_tell_of_tls_are_called_what_they_are_to_be()
    {
        using var root = new Authority("Root");
        using var client = root.Issue("client");
        var listener = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")) with
        {
            Newest = "TLSv1.2", TellsTargets = true, Trust = new(root.Pem, null, IgnoresExpiry: false, NamesAuthorities: true), Headers = new() { Version = "X-Tls", Subject = "X-Client_Subject" },
        });
        using var answer = await GetAsync(listener, HttpVersion.Version11, client);
        var seen = await answer.Content.ReadAsStringAsync(Stopping);
        seen.ShouldContain("X-Tls: TLSv1.2", Case.Insensitive);
        seen.ShouldContain("X-Client_Subject: CN=client,O=Minato", Case.Insensitive);
        seen.ShouldContain("X-Amzn-Mtls-Clientcert-Issuer: CN=Root,O=Minato", Case.Insensitive);
        seen.ShouldNotContain("x-amzn-tls-version", Case.Insensitive);
    }

    [Fact]
    public async Task Websockets_go_through()
    {
        var listener = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")));
        using var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        await socket.ConnectAsync(new($"wss://{listener.Address}:{listener.Port}/echo"), Stopping);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Stopping);
        var buffer = new byte[100];
        var got = await socket.ReceiveAsync(buffer, Stopping);
        System.Text.Encoding.UTF8.GetString(buffer, 0, got.Count).ShouldBe("hello");
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Targets_may_speak_http_2_and_trailers_arrive(bool isTls)
    {
        var target = await Bed.StartTargetAsync("grpc", HttpProtocols.Http2, isTls ? GivenTls.Certificate("target") : null);
        var listener = Listener("https") with { Tls = GivenTls.Of(GivenTls.Certificate("default")) };
        var backend = new ProxyBackend { Id = "web", Protocol = new() { IsHttp2 = true, IsTls = isTls } };
        await ApplyAsync([listener], backend);
        await ApplyAsync([listener], backend with { Servers = [target] }); // Added at run time.
        await AsksGrpcAsync(listener);
        await ApplyAsync([listener, Listener("more")], backend with { Servers = [target] }); // Written into the file.
        await AsksGrpcAsync(listener);
        using var former = await GetAsync(listener, HttpVersion.Version11);
        ((int)former.StatusCode).ShouldBe(464);
    }

    [Fact]
    public async Task Targets_may_speak_tls_whatever_their_certificate()
    {
        var target = await Bed.StartTargetAsync("one", HttpProtocols.Http1, GivenTls.Certificate("target"));
        var listener = Listener("http");
        var backend = new ProxyBackend { Id = "web", Protocol = new() { IsTls = true }, Servers = [target] };
        await ApplyAsync([listener], backend);
        (await Bed.SendAsync(listener, new())).Server.ShouldBe("one");
    }

    [Fact]
    public async Task No_request_fails_while_certificates_are_exchanged()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("https") with { Tls = GivenTls.Of(GivenTls.Certificate("c0")) };
        await ApplyAsync([listener], new() { Id = "web", Servers = [one] });
        await using var load = new Load(listener, perSecond: 200);
        for (var round = 1; round < 6; round++)
        {
            await load.AsksAsync(40);
            await ApplyAsync([listener with { Tls = GivenTls.Of(GivenTls.Certificate($"c{round}")) }], new() { Id = "web", Servers = [one] });
            (await SubjectAsync(listener, "x.example.com")).ShouldBe($"CN=c{round}");
        }
        await load.DisposeAsync();
        load.Failures.ShouldBeEmpty();
        Directory.EnumerateFiles(Bed.Options.Directory, "crt_*").Count().ShouldBe(2); // The list and the one certificate.
    }

    [Fact]
    public async Task Keys_on_the_disk_are_their_owners_alone()
    {
        await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")));
        var files = Directory.EnumerateFiles(Bed.Options.Directory, "crt_*.pem").ToList();
        files.Count.ShouldBe(1);
        if (OperatingSystem.IsLinux()) File.GetUnixFileMode(files[0]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_read_is_refused_and_the_rest_goes_on()
    {
        var listener = await ApplyAsync(GivenTls.Of(GivenTls.Certificate("default")));
        var broken = listener with { Tls = GivenTls.Of(new("broken", "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n")) };
        (await Bed.Engine.ApplyAsync(new() { Listeners = [broken] }, Stopping)).ShouldBeOfType<ApplyOutcome.Refused>().Reason.ShouldContain("broken");
        (await SubjectAsync(listener, "x.example.com")).ShouldBe("CN=default");
    }

    private static async Task AsksGrpcAsync(ProxyListener listener)
    {
        using var answer = await GetAsync(listener, HttpVersion.Version20, path: "/grpc");
        (await answer.Content.ReadAsStringAsync(Stopping)).ShouldBe("HTTP/2");
        answer.TrailingHeaders.GetValues("grpc-status").Single().ShouldBe("0");
    }

    private async Task<ProxyListener> ApplyAsync(ProxyTls tls)
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("https") with { Tls = tls };
        await ApplyAsync([listener], new() { Id = "web", Servers = [one] });
        return listener;
    }

    private async Task ApplyAsync(ProxyListener[] listeners, ProxyBackend backend) =>
        (await Bed.Engine.ApplyAsync(new() { Listeners = [.. listeners], Backends = [backend] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());

    private ProxyListener Listener(string id) =>
        new() { Id = id, Address = Bed.Address, Port = Bed.NewPort(), DefaultAction = new ProxyAction.Forward([new("web", 1)]) };

    private static async Task<string> SubjectAsync(ProxyListener listener, string name)
    {
        await using var stream = await ConnectAsync(listener, name, SslProtocols.None);
        return stream.RemoteCertificate?.Subject ?? "";
    }

    private static async Task<SslProtocols> VersionAsync(ProxyListener listener, SslProtocols version)
    {
        await using var stream = await ConnectAsync(listener, "x.example.com", version);
        return stream.SslProtocol;
    }

    private static async Task<SslStream> ConnectAsync(ProxyListener listener, string name, SslProtocols versions)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(
            new() { TargetHost = name, EnabledSslProtocols = versions, RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, Stopping);
        return stream;
    }

    private static async Task<HttpResponseMessage> GetAsync(ProxyListener listener, Version version, X509Certificate2? certificate = null, string path = "/")
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null;
        if (certificate is not null) handler.SslOptions.ClientCertificates = [certificate];
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{listener.Address}:{listener.Port}{path}")
        {
            Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var answer = await client.SendAsync(request, Stopping);
        await answer.Content.LoadIntoBufferAsync(Stopping);
        return answer;
    }
}
