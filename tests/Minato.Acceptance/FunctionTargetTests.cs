using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace Minato.Acceptance;

/// <summary>A Lambda function behind a load balancer that presents a server certificate of IAM: a real proxy, the real AWS CLI.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class FunctionTargetTests(Host host)
{
    private const string Function = "arn:aws:lambda:eu-west-1:123456789012:function:hello";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_over_https_becomes_a_call_of_the_function_and_its_answer_goes_back()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/aws"), "the AWS CLI is not installed");
        using var function = new HttpListener();
        var address = Listen(function);
        var events = AnswerAsync(function);
        (await host.RunAsync(Ct, "function", "add", Function, address)).Ok();
        var certificate = await UploadAsync();
        var subnets = (await host.AwsAsync(Ct, "ec2", "describe-subnets"))?["Subnets"]?.AsArray() ?? [];
        var balancer = (await host.AwsAsync(Ct, ["elbv2", "create-load-balancer", "--name", "fn", "--subnets", .. subnets.Select(s => $"{s?["SubnetId"]}")]))?["LoadBalancers"]?[0];
        var group = $"{(await host.AwsAsync(Ct, "elbv2", "create-target-group", "--name", "fn", "--target-type", "lambda"))?["TargetGroups"]?[0]?["TargetGroupArn"]}";
        await host.AwsAsync(Ct, "elbv2", "register-targets", "--target-group-arn", group, "--targets", $"Id={Function}");
        await host.AwsAsync(Ct, "elbv2", "create-listener", "--load-balancer-arn", $"{balancer?["LoadBalancerArn"]}", "--port", "443", "--protocol", "HTTPS",
            "--certificates", $"CertificateArn={certificate}", "--default-actions", $"Type=forward,TargetGroupArn={group}");
        var at = (await host.AwsAsync(Ct, "elbv2", "describe-load-balancers", "--names", "fn"))?["LoadBalancers"]?[0]?["AvailabilityZones"]?[0]?["LoadBalancerAddresses"]?[0]?["IpAddress"];

        X509Certificate2? presented = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new() { RemoteCertificateValidationCallback = (_, shown, _, _) => (presented = shown is null ? null : new(shown)) is not null },
        });
        await Host.UntilAsync("the function's answer", async () =>
        {
            try
            {
                using var answer = await client.PostAsync(new Uri($"https://{at}/a?b=c"), new StringContent("hey", Encoding.UTF8, "text/plain"), Ct);
                var said = await answer.Content.ReadAsStringAsync(Ct);
                return (said == "hello" && (int)answer.StatusCode == 201, $"{answer.StatusCode}: {said}");
            }
            catch (HttpRequestException e)
            {
                return (false, e.Message);
            }
        }, Ct, 30);
        presented?.Subject.ShouldBe("CN=www.example.com");
        var told = JsonNode.Parse(await events);
        ($"{told?["path"]}", $"{told?["httpMethod"]}", $"{told?["queryStringParameters"]?["b"]}", $"{told?["body"]}", $"{told?["headers"]?["x-forwarded-proto"]}", $"{told?["requestContext"]?["elb"]?["targetGroupArn"]}")
            .ShouldBe(("/a", "POST", "c", "hey", "https", group));
        (await host.AwsResultAsync(Ct, "iam", "delete-server-certificate", "--server-certificate-name", "www")).Error.ShouldContain("(DeleteConflict)");
        await host.AwsAsync(Ct, "elbv2", "delete-load-balancer", "--load-balancer-arn", $"{balancer?["LoadBalancerArn"]}");
        await host.AwsAsync(Ct, "iam", "delete-server-certificate", "--server-certificate-name", "www");
    }

    private async Task<string> UploadAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=www.example.com", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return $"{(await host.AwsAsync(Ct, "iam", "upload-server-certificate", "--server-certificate-name", "www", $"--certificate-body={made.ExportCertificatePem()}",
            $"--private-key={key.ExportPkcs8PrivateKeyPem()}"))?["ServerCertificateMetadata"]?["Arn"]}";
    }

    private static string Listen(HttpListener listener)
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        free.Stop();
        listener.Prefixes.Add(address);
        listener.Start();
        return address;
    }

    /// <returns>The first event that it was told.</returns>
    private static async Task<string> AnswerAsync(HttpListener listener)
    {
        var call = await listener.GetContextAsync();
        using var reader = new StreamReader(call.Request.InputStream);
        var told = await reader.ReadToEndAsync(Ct);
        await call.Response.OutputStream.WriteAsync("""{"statusCode":201,"headers":{"Content-Type":"text/plain"},"body":"hello"}"""u8.ToArray(), Ct);
        call.Response.Close();
        return told;
    }
}
