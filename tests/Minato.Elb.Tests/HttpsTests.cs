using Minato.Contracts.Acm;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Testing.Proxy;

namespace Minato.Elb.Tests;

public sealed class HttpsTests
{
    [Fact]
    public void An_https_listener_has_its_certificate_and_the_default_policy() => HttpsWorld.Run(async w =>
    {
        var (listener, certificate) = await w.SecureAsync();
        listener.Protocol.ShouldBe(ProtocolEnum.Https);
        listener.SslPolicy.ShouldBe("ELBSecurityPolicy-2016-08");
        listener.Certificates?.ShouldBe([new() { CertificateArn = certificate }]);
        listener.MutualAuthentication?.Mode.ShouldBe("off");
        await w.World.Eventually(() => w.Proxy.Serving.Listeners.Length == 1, TimeSpan.FromSeconds(5));
        var tls = w.Proxy.Serving.Listeners[0].Tls.ShouldNotBeNull();
        (tls.Oldest, tls.Newest).ShouldBe(("TLSv1", "TLSv1.2"));
        tls.Alpn.ShouldBe(["h2", "http/1.1"]);
        tls.Default.Pem.ShouldContain("PRIVATE KEY");
    });

    [Fact]
    public void What_tls_needs_is_demanded_and_what_http_cannot_have_is_refused() => HttpsWorld.Run(async w =>
    {
        var (balancer, group, arn) = (await w.Elb.BalancerAsync(), await w.Elb.GroupAsync(), await w.IssuedAsync("www.example.com"));
        await Refused(r => r with { Certificates = null }, "ValidationError", "A certificate must be specified for HTTPS listeners");
        await Refused(r => r with { Protocol = ProtocolEnum.Http }, "ValidationError", "You cannot specify certificates for a listener with protocol 'HTTP'");
        await Refused(r => r with { Protocol = ProtocolEnum.Http, Certificates = null, SslPolicy = "ELBSecurityPolicy-2016-08" }, "ValidationError",
            "You cannot specify an SSL policy for a listener with protocol 'HTTP'");
        await Refused(r => r with { SslPolicy = "ELBSecurityPolicy-None" }, "SSLPolicyNotFound", "SSL policy 'ELBSecurityPolicy-None' not found");
        var missing = arn[..^4] + "0000";
        await Refused(r => r with { Certificates = [new() { CertificateArn = missing }] }, "CertificateNotFound", $"Certificate '{missing}' not found");
        await Refused(r => r with { MutualAuthentication = new() { Mode = "maybe" } }, "ValidationError", "Mutual authentication mode 'maybe' must be one of 'off, passthrough, verify'");
        await Refused(r => r with { Protocol = ProtocolEnum.Tls }, "ValidationError", "Listener protocol 'TLS' must be one of 'HTTPS, HTTP'");
        await Refused(r => r with { AlpnPolicy = ["HTTP2Only"] }, "ValidationError", "You cannot specify an ALPN policy for a listener with protocol 'HTTPS'");

        async Task Refused(Func<CreateListenerRequest, CreateListenerRequest> with, string code, string message) => (await ElbWorld.RefusedAsync(() => w.Elb.Elb.CreateListenerAsync(with(new()
        {
            LoadBalancerArn = balancer.LoadBalancerArn ?? "", Protocol = ProtocolEnum.Https, Port = 443, Certificates = [new() { CertificateArn = arn }], DefaultActions = [ElbWorld.Forward(group)],
        }), w.Elb.Caller, default), code)).Message.ShouldBe(message);
    });

    [Fact]
    public void A_certificate_that_is_not_issued_yet_is_unsupported() => HttpsWorld.Run(async w =>
    {
        var (balancer, group) = (await w.Elb.BalancerAsync(), await w.Elb.GroupAsync());
        var pending = (await w.Acm.RequestCertificateAsync(new() { DomainName = "www.example.com", CertificateAuthorityArn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1" }, w.Elb.Caller, default)).CertificateArn ?? "";
        (await ElbWorld.RefusedAsync(() => w.ListenerAsync(balancer.LoadBalancerArn, group, pending), "UnsupportedCertificate")).Message
            .ShouldBe($"The certificate '{pending}' must have a fully-qualified domain name, a supported signature, and a supported key size.");
    });

    [Fact]
    public void A_listener_has_more_certificates_for_other_names() => HttpsWorld.Run(async w =>
    {
        var (listener, first) = await w.SecureAsync();
        var more = await w.IssuedAsync("api.example.org");
        await AddAsync(more);
        await AddAsync(first); // The default one may be in the list, too.
        var all = (await w.Elb.Elb.DescribeListenerCertificatesAsync(new() { ListenerArn = listener.ListenerArn ?? "" }, w.Elb.Caller, default)).Certificates ?? [];
        all[0].ShouldBe(new() { CertificateArn = first, IsDefault = true });
        all.Skip(1).Select(c => c.CertificateArn).Order().ShouldBe(new[] { first, more }.Order());
        all.Skip(1).ShouldAllBe(c => c.IsDefault == false);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Certificates.Length: 2 }], TimeSpan.FromSeconds(5));
        await RemoveAsync(first);
        (await ElbWorld.RefusedAsync(() => RemoveAsync(first), "OperationNotPermitted")).Message.ShouldBe("The default certificate cannot be removed");
        await RemoveAsync(more);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Certificates.IsEmpty: true }], TimeSpan.FromSeconds(5));

        Task AddAsync(string arn) => w.Elb.Elb.AddListenerCertificatesAsync(new() { ListenerArn = listener.ListenerArn ?? "", Certificates = [new() { CertificateArn = arn }] }, w.Elb.Caller, default);
        Task RemoveAsync(string arn) => w.Elb.Elb.RemoveListenerCertificatesAsync(new() { ListenerArn = listener.ListenerArn ?? "", Certificates = [new() { CertificateArn = arn }] }, w.Elb.Caller, default);
    });

    [Fact]
    public void A_certificate_in_use_says_by_which_load_balancer_and_stays() => HttpsWorld.Run(async w =>
    {
        var (listener, certificate) = await w.SecureAsync();
        var detail = (await w.Acm.DescribeCertificateAsync(new() { CertificateArn = certificate }, w.Elb.Caller, default)).Certificate;
        detail?.InUseBy?.ShouldBe([listener.LoadBalancerArn ?? ""]);
        await w.World.Throws<Contracts.Acm.ResourceInUseException>(() => w.Acm.DeleteCertificateAsync(new() { CertificateArn = certificate }, w.Elb.Caller, default));
        await w.Elb.Elb.DeleteListenerAsync(new() { ListenerArn = listener.ListenerArn ?? "" }, w.Elb.Caller, default);
        await w.Acm.DeleteCertificateAsync(new() { CertificateArn = certificate }, w.Elb.Caller, default);
    });

    [Fact]
    public void A_renewed_certificate_reaches_the_proxy() => HttpsWorld.Run(async w =>
    {
        var (_, certificate) = await w.SecureAsync();
        await w.World.Eventually(() => w.Proxy.Serving.Listeners.Length == 1, TimeSpan.FromSeconds(5));
        var before = w.Proxy.Serving.Listeners[0].Tls?.Default.Id;
        await w.Acm.RenewCertificateAsync(new() { CertificateArn = certificate }, w.Elb.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners[0].Tls?.Default.Id != before, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void A_listener_changes_policy_certificate_and_protocol() => HttpsWorld.Run(async w =>
    {
        var (listener, first) = await w.SecureAsync();
        var second = await w.IssuedAsync("new.example.com");
        var changed = await ModifyAsync(new() { ListenerArn = "", SslPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06" });
        (changed.SslPolicy, changed.Certificates?[0].CertificateArn).ShouldBe(("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", first));
        changed = await ModifyAsync(new() { ListenerArn = "", Certificates = [new() { CertificateArn = second }] });
        (changed.SslPolicy, changed.Certificates?[0].CertificateArn).ShouldBe(("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", second));
        await w.Acm.DeleteCertificateAsync(new() { CertificateArn = first }, w.Elb.Caller, default); // Nobody uses it any more.
        changed = await ModifyAsync(new() { ListenerArn = "", Protocol = ProtocolEnum.Http, Port = 80 });
        (changed.Protocol, changed.SslPolicy, changed.Certificates).ShouldBe((ProtocolEnum.Http, null, null));
        (await ElbWorld.RefusedAsync(() => ModifyAsync(new() { ListenerArn = "", Protocol = ProtocolEnum.Https }), "ValidationError")).Message
            .ShouldBe("A certificate must be specified for HTTPS listeners");

        async Task<Listener> ModifyAsync(ModifyListenerRequest request) =>
            (await w.Elb.Elb.ModifyListenerAsync(request with { ListenerArn = listener.ListenerArn ?? "" }, w.Elb.Caller, default)).Listeners?[0] ?? new();
    });

    [Theory]
    [InlineData("HTTP", "443", "you cannot redirect HTTPS to HTTP")]
    [InlineData("HTTPS", "#{port}", "it creates a loop")]
    public void Https_is_not_redirected_to_http_nor_to_itself(string protocol, string port, string message) => HttpsWorld.Run(async w =>
    {
        var (listener, _) = await w.SecureAsync();
        (await ElbWorld.RefusedAsync(() => w.Elb.Elb.CreateRuleAsync(new()
        {
            ListenerArn = listener.ListenerArn ?? "", Priority = 1, Conditions = [new() { Field = "path-pattern", Values = ["/x"] }],
            Actions = [new() { Type = ActionTypeEnum.Redirect, RedirectConfig = new() { Protocol = protocol, Port = port, StatusCode = RedirectActionStatusCodeEnum.Http301 } }],
        }, w.Elb.Caller, default), "InvalidLoadBalancerAction")).Message.ShouldContain(message);
    });

    [Fact]
    public void Client_certificates_are_passed_through_and_http_2_can_be_turned_off() => HttpsWorld.Run(async w =>
    {
        var (listener, _) = await w.SecureAsync();
        await w.Elb.Elb.ModifyListenerAsync(new() { ListenerArn = listener.ListenerArn ?? "", MutualAuthentication = new() { Mode = "passthrough" } }, w.Elb.Caller, default);
        await w.Elb.Elb.ModifyLoadBalancerAttributesAsync(new()
        {
            LoadBalancerArn = listener.LoadBalancerArn ?? "",
            Attributes = [new() { Key = "routing.http2.enabled", Value = "false" }, new() { Key = "routing.http.x_amzn_tls_version_and_cipher_suite.enabled", Value = "true" }],
        }, w.Elb.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls: { PassesClientCertificate: true, TellsTargets: true } tls }] && tls.Alpn.SequenceEqual(["http/1.1"]), TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Headers_about_tls_have_the_names_that_the_listener_gives_them() => HttpsWorld.Run(async w =>
    {
        const string Key = "routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name";
        var (listener, _) = await w.SecureAsync();
        async Task ModifyAsync(string value) => await w.Elb.Elb.ModifyListenerAttributesAsync(
            new() { ListenerArn = listener.ListenerArn ?? "", Attributes = [new() { Key = Key, Value = value }] }, w.Elb.Caller, default);
        await ModifyAsync("X-Client-Serial");
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls: { } tls }] && tls.Renamed.SequenceEqual([("X-Amzn-Mtls-Clientcert-Serial-Number", "X-Client-Serial")]), TimeSpan.FromSeconds(5));
        await ElbWorld.RefusedAsync(() => ModifyAsync("no name"), "ValidationError");
        await ModifyAsync("");
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Renamed.IsEmpty: true }], TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void A_restart_keeps_https_listeners() => HttpsWorld.Run(async w =>
    {
        await w.SecureAsync();
        await w.World.Eventually(() => w.Proxy.Serving.Listeners.Length == 1, TimeSpan.FromSeconds(5));
        var changes = w.Proxy.Changes;
        await w.World.RestartAsync();
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        w.Proxy.Serving.Listeners.ShouldHaveSingleItem().Tls.ShouldNotBeNull();
    });
}
