using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Cli.Demo;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>The image gate as a team meets it: a policy in Parameter Store, images that docker pushed, refusals in the service's events and in the plan.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class GateTests(Host host)
{
    private const string Cluster = "gated";
    private const string Vulnerable = "cve";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_image_without_digest_with_grave_findings_or_without_signature_is_refused_with_the_reason_where_people_look()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await host.AwsAsync(Ct, "ecs", "create-cluster", "--cluster-name", Cluster);
        var tagged = await RegisterAsync(host.Image.Name("v1"));

        await PolicyAsync("""{"requireDigest":true}""");
        await CreateAsync(tagged);
        await RefusedAsync(tagged, $"image {host.Image.Name("v1")} of container web is not pinned by a digest");

        await PolicyAsync("""{"findings":{"refuse":"HIGH"}}""");
        await PushVulnerableAsync();
        var vulnerable = await RegisterAsync(host.Image.Name(Vulnerable));
        await UpdateAsync(vulnerable);
        await RefusedAsync(vulnerable, $"image {host.Image.Name(Vulnerable)} of container web has 1 findings of HIGH or worse: CVE-2024-9999");

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await PolicyAsync(JsonSerializer.Serialize(new { requireDigest = true, signatures = new { publicKeys = new[] { key.ExportSubjectPublicKeyInfoPem() } } }));
        var digest = (string?)(await host.AwsAsync(Ct, "ecr", "describe-images", "--repository-name", Repository, "--image-ids", "imageTag=v1"))?["imageDetails"]?[0]?["imageDigest"] ?? "";
        var image = $"{host.Image.Name("v1").Split(':')[0]}@{digest}";
        var pinned = await RegisterAsync(image);
        await UpdateAsync(pinned);
        await RefusedAsync(pinned, $"image {image} of container web is not signed");

        await SignAsync(key, digest);
        (await host.RunAsync(Ct, "plan", "web", "--cluster", Cluster, "--task-definition", pinned)).Output.ShouldContain("nothing is refused");
        await UpdateAsync(pinned);
        await Host.UntilAsync("the signed image's task", async () =>
        {
            var service = await ServiceAsync();
            return ((int?)service["runningCount"] == 1, service["events"]?[0]?["message"]?.ToString() ?? "");
        }, Ct);
        await host.AwsAsync(Ct, "ecs", "delete-service", "--cluster", Cluster, "--service", "web", "--force");
        await host.AwsAsync(Ct, "ssm", "delete-parameter", "--name", $"/minato/gates/clusters/{Cluster}");
    }

    private string Repository => host.Image.Name("x").Split('/')[1].Split(':')[0];

    private string Registry => host.Files.Require().Running.Endpoint.Authority;

    private Task PolicyAsync(string policy) =>
        host.AwsAsync(Ct, "ssm", "put-parameter", "--name", $"/minato/gates/clusters/{Cluster}", "--type", "String", "--overwrite", "--value", policy);

    private async Task<string> RegisterAsync(string image)
    {
        var role = await ExecutionRole.EnsureAsync(host.Minato, Ct);
        var answer = await host.AwsAsync(Ct, "ecs", "register-task-definition", "--family", "gated-web", "--network-mode", "awsvpc", "--requires-compatibilities", "FARGATE", "--cpu", "256", "--memory", "512",
            "--execution-role-arn", role, "--container-definitions", new JsonArray(new JsonObject { ["name"] = "web", ["image"] = image, ["essential"] = true }).ToJsonString());
        return (string?)answer?["taskDefinition"]?["taskDefinitionArn"] ?? "";
    }

    private async Task CreateAsync(string definition)
    {
        var subnet = (string?)(await host.AwsAsync(Ct, "ec2", "describe-subnets", "--filters", "Name=default-for-az,Values=true"))?["Subnets"]?[0]?["SubnetId"];
        await host.AwsAsync(Ct, "ecs", "create-service", "--cluster", Cluster, "--service-name", "web", "--task-definition", definition, "--desired-count", "1", "--launch-type", "FARGATE",
            "--network-configuration", $"awsvpcConfiguration={{subnets=[{subnet}]}}");
    }

    private Task UpdateAsync(string definition) =>
        host.AwsAsync(Ct, "ecs", "update-service", "--cluster", Cluster, "--service", "web", "--task-definition", definition, "--force-new-deployment");

    private async Task<JsonNode> ServiceAsync() =>
        (await host.AwsAsync(Ct, "ecs", "describe-services", "--cluster", Cluster, "--services", "web"))?["services"]?[0] ?? throw new InvalidOperationException("The service is gone.");

    private async Task RefusedAsync(string definition, string reason)
    {
        await Host.UntilAsync(reason, async () =>
        {
            var service = await ServiceAsync();
            var said = (string?)service["events"]?[0]?["message"] ?? "";
            return (said.EndsWith($"deployment failed: refused by the image gate: {reason}.", StringComparison.Ordinal)
                && (string?)service["deployments"]?[0]?["rolloutStateReason"] == $"Refused by the image gate: {reason}." && (int?)service["runningCount"] == 0, said);
        }, Ct, 60);
        var plan = await host.RunAsync(Ct, "plan", "web", "--cluster", Cluster, "--task-definition", definition, "--json");
        plan.Code.ShouldBe(1, plan.Output);
        JsonNode.Parse(plan.Output)?["checks"]?.AsArray().ShouldContain(c => (string?)c!["what"] == "image gate" && (string?)c["words"] == reason, plan.Output);
    }

    private async Task PushVulnerableAsync()
    {
        var folder = Directory.CreateTempSubdirectory("minato-gates-");
        try
        {
            var dump = Path.Combine(folder.FullName, "dump.jsonl");
            await File.WriteAllTextAsync(dump,
                """{"id":"DEBIAN-CVE-2024-9999","modified":"2024-02-01T00:00:00Z","affected":[{"package":{"ecosystem":"Debian:12","name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}]}""" + "\n", Ct);
            (await host.RunAsync(Ct, "scan", "db", "import", dump)).Ok();
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "status"), "Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1\nArchitecture: amd64\n\n", Ct);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "os-release"), "ID=debian\nVERSION_ID=\"12\"\n", Ct);
            var image = $"{Registry}/{Repository}:{Vulnerable}";
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "Dockerfile"), "FROM scratch\nCOPY os-release /etc/os-release\nCOPY status /var/lib/dpkg/status\nENTRYPOINT [\"/none\"]\n", Ct);
            (await Shell.DockerAsync(Ct, "build", "--quiet", "--tag", image, folder.FullName)).Ok();
            var login = folder.CreateSubdirectory("login").FullName;
            var token = (await host.Minato.Ecr.GetAuthorizationTokenAsync(new(), host.Minato.Caller, Ct)).AuthorizationData?[0].AuthorizationToken ?? "";
            var password = Encoding.UTF8.GetString(Convert.FromBase64String(token))["AWS:".Length..];
            (await Shell.DockerAsync(Ct, "--config", login, "login", "--username", "AWS", "--password", password, Registry)).Ok();
            (await Shell.DockerAsync(Ct, "--config", login, "push", "--quiet", image)).Ok();
            (await Shell.DockerAsync(Ct, "rmi", image)).Ok();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // What `cosign sign --key` leaves in a registry: the signed document as a layer, the signature as its annotation, a tag beside the image.
    private async Task SignAsync(ECDsa key, string digest)
    {
        var token = (await host.AwsAsync(Ct, "ecr", "get-authorization-token"))?["authorizationData"]?[0]?["authorizationToken"]?.ToString() ?? "";
        using var http = new HttpClient { BaseAddress = host.Files.Require().Running.Endpoint };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
        var payload = Encoding.UTF8.GetBytes($$"""{"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":"{{digest}}"},"type":"cosign container image signature"},"optional":null}""");
        var config = "{}"u8.ToArray();
        foreach (var blob in new[] { payload, config })
        {
            using var pushed = await http.PostAsync(new Uri($"/v2/{Repository}/blobs/uploads/?digest={DigestOf(blob)}", UriKind.Relative), new ByteArrayContent(blob), Ct);
            ((int)pushed.StatusCode).ShouldBe(201);
        }

        var signature = Convert.ToBase64String(key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2, ["mediaType"] = ManifestType,
            ["config"] = new JsonObject { ["mediaType"] = "application/vnd.oci.image.config.v1+json", ["digest"] = DigestOf(config), ["size"] = config.Length },
            ["layers"] = new JsonArray(new JsonObject
            {
                ["mediaType"] = "application/vnd.dev.cosign.simplesigning.v1+json", ["digest"] = DigestOf(payload), ["size"] = payload.Length,
                ["annotations"] = new JsonObject { ["dev.cosignproject.cosign/signature"] = signature },
            }),
        };
        var content = new StringContent(manifest.ToJsonString());
        content.Headers.ContentType = new MediaTypeHeaderValue(ManifestType);
        using var put = await http.PutAsync(new Uri($"/v2/{Repository}/manifests/{digest.Replace(':', '-')}.sig", UriKind.Relative), content, Ct);
        ((int)put.StatusCode).ShouldBe(201, await put.Content.ReadAsStringAsync(Ct));
    }

    private static string DigestOf(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
}
