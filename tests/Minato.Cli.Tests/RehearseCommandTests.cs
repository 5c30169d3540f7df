using System.CommandLine;
using Minato.Cli.Commands;

namespace Minato.Cli.Tests;

/// <summary>How <c>./minato rehearse</c> ends with each what-if, from a file: a pipeline looks at nothing else.</summary>
public sealed class RehearseCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    // Ports of sg-web are open to the load balancer's group, those of sg-closed to nobody.
    public RehearseCommandTests() => File.WriteAllText(_file, """
        {
          "service": {
            "serviceName": "web", "desiredCount": 3, "launchType": "FARGATE",
            "loadBalancers": [ { "targetGroupArn": "arn:1", "containerName": "web", "containerPort": 80 } ],
            "networkConfiguration": { "awsvpcConfiguration": { "subnets": [ "subnet-1", "subnet-2", "subnet-3" ], "securityGroups": [ "sg-web" ] } },
            "deploymentConfiguration": { "minimumHealthyPercent": 100, "maximumPercent": 200, "deploymentCircuitBreaker": { "enable": true, "rollback": true } }
          },
          "taskDefinition": {
            "family": "web", "revision": 1, "networkMode": "awsvpc",
            "containerDefinitions": [ { "name": "web", "image": "web:1", "essential": true, "portMappings": [ { "containerPort": 80 } ] } ]
          },
          "targetGroups": [ { "TargetGroupArn": "arn:1", "HealthCheckPath": "/health", "Protocol": "HTTP", "HealthCheckIntervalSeconds": 10, "HealthyThresholdCount": 2 } ],
          "securityGroups": [
            { "GroupId": "sg-web", "IpPermissions": [ { "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [ { "GroupId": "sg-front" } ] } ] },
            { "GroupId": "sg-closed" }
          ],
          "loadBalancerSecurityGroups": { "arn:1": [ "sg-front" ] },
          "zones": { "subnet-1": "us-east-1a", "subnet-2": "us-east-1b", "subnet-3": "us-east-1c" }
        }
        """);

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("", 0)]
    [InlineData("--start-up 5s", 0)]
    [InlineData("--failure-rate 1", 1)]
    [InlineData("--failure-rate 1 --failure start", 1)]
    [InlineData("--capacity 4", 0)]
    [InlineData("--capacity 3", 1)] // The old version takes all of it.
    [InlineData("--lose-zone us-east-1b@3m", 0)]
    [InlineData("--security-group sg-closed", 1)]
    [InlineData("--security-group sg-web --desired 5 --json", 0)]
    public async Task It_ends_with_1_when_the_deployment_would_fail(string options, int code) => (await RehearseAsync(options)).ShouldBe(code);

    [Theory]
    [InlineData("--start-up 10m", "web does not even come up as it is, with 600 s to start and room for all tasks, behind its security groups.")]
    [InlineData("--lose-zone us-east-1z@3m", "the service is not in us-east-1z, but in us-east-1a, us-east-1b, us-east-1c.")]
    [InlineData("--instances 3:m5.large", "the service runs on Fargate: container instances make no difference to it. Name a --capacity.")]
    public async Task What_cannot_be_rehearsed_ends_with_2(string options, string words)
    {
        var e = await Should.ThrowAsync<UserException>(() => RehearseAsync(options));
        (e.ExitCode, e.Message).ShouldBe((2, words));
    }

    private async Task<int> RehearseAsync(string options)
    {
        var root = new RootCommand { RehearseCommand.Create() };
        Options.AddShared(root);
        string[] arguments = ["rehearse", "--from", _file, .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        return await root.Parse(arguments).InvokeAsync(new() { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken);
    }
}
