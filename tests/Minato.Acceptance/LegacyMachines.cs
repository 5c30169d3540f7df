using System.Text.Json.Nodes;

namespace Minato.Acceptance;

/// <summary>EC2 instances that containers play, from an image of busybox, made with the real AWS CLI.</summary>
internal sealed class LegacyMachines(Host host) : IDisposable
{
    private const string Image = "minato-acceptance/machine:1";
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-instance-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Why none can be had here, or null.</summary>
    public static string? Missing =>
        Host.Missing ?? (File.Exists("/usr/bin/aws") && File.Exists("/usr/sbin/nft") && File.Exists("/bin/busybox") ? null : "the AWS CLI, nftables or busybox is not installed");

    /// <returns>The id of the AMI.</returns>
    public async Task<string> RegisterImageAsync(string name)
    {
        File.Copy("/bin/busybox", Path.Combine(_folder, "busybox"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "Dockerfile"), """
            FROM scratch
            COPY busybox /bin/busybox
            RUN ["/bin/busybox", "--install", "-s", "/bin"]
            ENV PATH=/bin
            RUN mkdir -p /tmp /etc /var
            CMD ["/bin/sh"]
            """, Ct);
        (await Shell.DockerAsync(Ct, "build", "--quiet", "--tag", Image, _folder)).Ok();
        return $"{(await host.AwsAsync(Ct, "ec2", "register-image", "--name", name, "--architecture", "x86_64", "--image-location", Image))?["ImageId"]}";
    }

    /// <returns>The id of an instance that runs.</returns>
    public async Task<string> RunAsync(string image, string userData, params string[] more)
    {
        var file = Path.Combine(_folder, $"user-data-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(file, userData, Ct);
        var id = $"{(await host.AwsAsync(Ct, ["ec2", "run-instances", "--image-id", image, "--instance-type", "t3.micro", "--user-data", $"file://{file}", .. more]))?["Instances"]?[0]?["InstanceId"]}";
        await host.AwsAsync(Ct, "ec2", "wait", "instance-running", "--instance-ids", id);
        return id;
    }

    /// <summary>What users saw before anybody spoke of ECS: a page with its version, and one for health checks.</summary>
    public Task<string> RunWebAsync(string image, params string[] more) => RunAsync(image, """
        #!/bin/sh
        mkdir -p /www/cgi-bin
        echo ok > /www/health
        printf '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\n\\r\\nversion old from a machine\\n"\n' > /www/cgi-bin/hello
        chmod 755 /www/cgi-bin/hello
        httpd -p 80 -h /www
        """, more);

    /// <summary>A security group that lets everybody reach port 80.</summary>
    public async Task<string> OpenGroupAsync(string name)
    {
        var id = $"{(await host.AwsAsync(Ct, "ec2", "create-security-group", "--group-name", name, "--description", "the web"))?["GroupId"]}";
        await host.AwsAsync(Ct, "ec2", "authorize-security-group-ingress", "--group-id", id, "--protocol", "tcp", "--port", "80", "--cidr", "0.0.0.0/0");
        return id;
    }

    public async Task<JsonNode?> DescribeAsync(string instance) =>
        (await host.AwsAsync(Ct, "ec2", "describe-instances", "--instance-ids", instance))?["Reservations"]?[0]?["Instances"]?[0];

    public async Task TerminateAsync(params string[] instances)
    {
        await host.AwsAsync(Ct, ["ec2", "terminate-instances", "--instance-ids", .. instances]);
        await host.AwsAsync(Ct, ["ec2", "wait", "instance-terminated", "--instance-ids", .. instances]);
    }

    /// <summary>The AWS CLI has taken it out of its Base64.</summary>
    public async Task<string> ConsoleAsync(string instance) => $"{(await host.AwsAsync(Ct, "ec2", "get-console-output", "--instance-id", instance))?["Output"]}";

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
