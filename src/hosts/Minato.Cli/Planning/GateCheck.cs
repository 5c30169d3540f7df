using Minato.Cli.Running;
using Minato.Contracts.Ecs;
using Minato.Engines.Gates;
using Minato.Gates;

namespace Minato.Cli.Planning;

/// <summary>What the image gate would say, by the same code and the same APIs.</summary>
internal sealed class GateCheck(AwsAccess aws, Service service, TaskDefinition definition)
{
    private const string Subject = "image gate";

    public async Task<Check> AskAsync(CancellationToken ct)
    {
        var gate = new ImageGate(aws.Ssm, new EcrFacts(aws.Ecr, aws.Registry), q => aws.Caller with { Region = q.Region });
        var cluster = (service.ClusterArn ?? "default").Split('/')[^1];
        var images = (definition.ContainerDefinitions ?? []).Select(c => new GateImage(c.Name ?? "", c.Image ?? "")).ToList();
        var verdict = await gate.AskAsync(new(aws.Caller.AccountId, aws.Caller.Region, cluster, images), ct);
        return verdict.Outcome switch
        {
            GateOutcome.Allowed => Check.Passed(Subject, "nothing is refused"),
            GateOutcome.Refused => Check.Failed(Subject, verdict.Reason),
            _ => Check.Unknown(Subject, $"{verdict.Reason}: the deployment would wait for it"),
        };
    }
}
