using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Aws.Policies;
using Minato.Aws.Shapes;
using Minato.Aws.Signing;
using static Minato.Ecr.Tests.EcrFixture;
using ICredentials = Minato.Aws.Signing.ICredentials;

namespace Minato.Ecr.Tests;

public sealed class LoginTests
{
    [Fact]
    public async Task Without_login_the_challenge_is_AWSs()
    {
        await using var ecr = await StartAsync("web");
        ecr.Http.DefaultRequestHeaders.Authorization = null;
        foreach (var path in new[] { "/v2/", "/v2/web/manifests/v1" })
        {
            using var answer = await ecr.Http.GetAsync(path);
            (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.Unauthorized, "Not Authorized\n"));
            answer.Headers.GetValues("Www-Authenticate").ShouldBe(["Basic realm=\"https://123456789012.dkr.ecr.us-east-1.amazonaws.com/\",service=\"ecr.amazonaws.com\""]);
            answer.Headers.GetValues("Docker-Distribution-Api-Version").ShouldBe(["registry/2.0"]);
            answer.Content.Headers.ContentType?.ToString().ShouldBe("text/plain; charset=utf-8");
        }
    }

    [Fact]
    public async Task A_token_opens_the_registry_of_its_account_and_region()
    {
        await using var ecr = await StartAsync();
        var caller = CallerIn("eu-west-1", "210987654321");
        await ecr.Ecr.CreateRepositoryAsync(new() { RepositoryName = "web" }, caller, default);
        var data = (await ecr.Ecr.GetAuthorizationTokenAsync(new(), caller, default)).AuthorizationData.ShouldNotBeNull().Single();
        (data.ExpiresAt, data.ProxyEndpoint).ShouldBe((Noon.AddHours(12), "https://210987654321.dkr.ecr.eu-west-1.amazonaws.com"));
        var token = data.AuthorizationToken.ShouldNotBeNull();
        Encoding.UTF8.GetString(Convert.FromBase64String(token)).ShouldStartWith("AWS:");
        ecr.Http.DefaultRequestHeaders.Authorization = new("Basic", token);
        (await StatusAsync(ecr, "/v2/")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(ecr, "/v2/web/tags/list")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(ecr, "/v2/web/tags/list", "210987654321.dkr.ecr.eu-west-1.amazonaws.com")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(ecr, "/v2/web/tags/list", "210987654321.dkr.ecr.us-east-1.amazonaws.com")).ShouldBe(HttpStatusCode.Forbidden);
        (await StatusAsync(ecr, "/v2/web/tags/list", "123456789012.dkr.ecr.eu-west-1.amazonaws.com")).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_token_ends_after_twelve_hours()
    {
        await using var ecr = await StartAsync("web");
        await LogInAsync(ecr);
        ecr.Clock.Now = Noon.AddHours(12);
        await FailedAsync(ecr.Http.GetAsync("/v2/"), 403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.");
    }

    [Fact]
    public async Task A_changed_token_is_no_login()
    {
        await using var ecr = await StartAsync();
        var password = await LogInAsync(ecr);
        for (var at = 0; at < password.Length; at += 7)
        {
            var changed = password.ToCharArray();
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            ecr.Http.DefaultRequestHeaders.Authorization = Basic("AWS", new(changed));
            (await StatusAsync(ecr, "/v2/")).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task An_access_key_logs_in_too_and_the_host_names_the_region()
    {
        await using var ecr = await StartAsync("web");
        (await StatusAsync(ecr, "/v2/web/tags/list")).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(ecr, "/v2/web/tags/list", "123456789012.dkr.ecr.eu-west-1.amazonaws.com")).ShouldBe(HttpStatusCode.NotFound);
        (await StatusAsync(ecr, "/v2/web/tags/list", "210987654321.dkr.ecr.us-east-1.amazonaws.com")).ShouldBe(HttpStatusCode.Forbidden);
        foreach (var (user, password) in new[] { ("AKIAROOT", "wrong"), ("AKIAOTHER", Secret), ("AWS", Secret), ("", "") })
        {
            ecr.Http.DefaultRequestHeaders.Authorization = Basic(user, password);
            (await StatusAsync(ecr, "/v2/")).ShouldBe(HttpStatusCode.Unauthorized);
        }

        foreach (var header in new[] { "Basic", "Basic ???", "Bearer x", "Basic " + Convert.ToBase64String("nocolon"u8) })
        {
            ecr.Http.DefaultRequestHeaders.Remove("Authorization");
            ecr.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
            (await StatusAsync(ecr, "/v2/")).ShouldBe(HttpStatusCode.Unauthorized);
        }
    }

    [Fact]
    public async Task An_access_key_logs_in_whoever_else_owns_keys()
    {
        // As in the server, where users' keys and temporary ones have owners of their own.
        await using var ecr = await StartWithAsync(services => services.AddSingleton<ICredentials>(new NoKeys()), "web");
        ecr.Http.DefaultRequestHeaders.Authorization = Basic("AKIAROOT", Secret);
        using var answer = await ecr.SendAsync(HttpMethod.Get, "/v2/web/tags/list");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_for_another_accounts_registry_opens_nothing()
    {
        await using var ecr = await StartAsync("web");
        var thief = CallerIn("us-east-1", "210987654321");
        var answer = await ecr.Ecr.GetAuthorizationTokenAsync(new() { RegistryIds = [Account] }, thief, default);
        ecr.Http.DefaultRequestHeaders.Authorization = new("Basic", answer.AuthorizationData.ShouldNotBeNull().Single().AuthorizationToken);
        await FailedAsync(ecr.Http.GetAsync("/v2/web/tags/list"), 403, "DENIED");
        await RefusedAsync(() => ecr.Ecr.ListImagesAsync(new() { RegistryId = Account, RepositoryName = "web" }, thief, default), "AccessDeniedException");
    }

    [Fact]
    public async Task A_download_address_gives_out_its_layer_without_login_for_an_hour()
    {
        await using var ecr = await StartAsync("web");
        await ecr.PushImageAsync("web", "v1", "content");
        var digest = DigestOf("content"u8);
        var answer = await ecr.Ecr.GetDownloadUrlForLayerAsync(new() { RepositoryName = "web", LayerDigest = digest }, ecr.Caller, default);
        var address = new Uri(answer.DownloadUrl.ShouldNotBeNull());
        address.GetLeftPart(UriPartial.Authority).ShouldBe("http://127.0.0.1:4566");
        ecr.Http.DefaultRequestHeaders.Authorization = null;
        (await ecr.Http.GetStringAsync(address.PathAndQuery)).ShouldBe("content");
        (await StatusAsync(ecr, address.PathAndQuery.Replace(digest, DigestOf("{\"of\":\"content\"}"u8)))).ShouldBe(HttpStatusCode.Unauthorized);
        ecr.Clock.Now = Noon.AddHours(1);
        (await StatusAsync(ecr, address.PathAndQuery)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Policies_of_the_principal_hold_for_clients_too()
    {
        await using var ecr = await StartWithAsync(services => services.AddSingleton<IAuthorizer>(new NoPushes()), "web");
        await LogInAsync(ecr);
        (await StatusAsync(ecr, "/v2/web/tags/list")).ShouldBe(HttpStatusCode.OK);
        await FailedAsync(
            ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/"), 403, "DENIED",
            "User: arn:aws:iam::123456789012:root is not authorized to perform: ecr:InitiateLayerUpload on resource: arn:aws:ecr:us-east-1:123456789012:repository/web "
            + "because no identity-based policy allows the ecr:InitiateLayerUpload action");
    }

    private sealed class NoPushes : IAuthorizer
    {
        public AuthorizedAction Decide(Caller caller, string action, string resource) => new(
            action, resource, new(action is "ecr:InitiateLayerUpload" ? DecisionKind.ImplicitDeny : DecisionKind.Allowed, DecidingPolicy.Identity, []));

        public System.Collections.Immutable.ImmutableArray<AuthorizedAction> Decide(Caller caller, ServiceModel service, OperationModel operation, IShape request) => [];
    }

    private static async Task<string> LogInAsync(EcrFixture ecr)
    {
        var token = (await ecr.Ecr.GetAuthorizationTokenAsync(new(), ecr.Caller, default)).AuthorizationData.ShouldNotBeNull().Single().AuthorizationToken.ShouldNotBeNull();
        ecr.Http.DefaultRequestHeaders.Authorization = new("Basic", token);
        return Encoding.UTF8.GetString(Convert.FromBase64String(token))[4..];
    }

    private static async Task<HttpStatusCode> StatusAsync(EcrFixture ecr, string path, string? host = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        using var answer = await ecr.Http.SendAsync(request);
        return answer.StatusCode;
    }

    private sealed class NoKeys : ICredentials
    {
        public Credential? Find(string accessKeyId) => null;
    }
}
