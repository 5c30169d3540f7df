using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ssm;
using Minato.Engines.Gates;
using Minato.Platform;

namespace Minato.Gates;

/// <summary>The gate over AWS's APIs: the policy is a parameter of SSM, the facts are ECR's.</summary>
internal sealed class ImageGate(ISsm ssm, IImageFacts facts, Func<GateQuestion, Caller> callers) : IImageGate
{
    public async ValueTask<GateVerdict> AskAsync(GateQuestion question, CancellationToken ct)
    {
        var caller = callers(question);
        try
        {
            if (await PolicyAsync(question.Cluster, caller, ct) is not { } policy) return GateVerdict.Allowed;
            var images = new List<GateFacts>();
            foreach (var image in question.Images) images.Add(await facts.ReadAsync(image, policy, caller, ct));
            return GateDecision.Decide(policy, images);
        }
        catch (FormatException e)
        {
            return new(GateOutcome.Refused, $"the policy in SSM cannot be read: {e.Message}");
        }
        catch (AwsException e)
        {
            return new(GateOutcome.Refused, $"the policy or the images cannot be read: {e.Code}: {e.Message}");
        }
    }

    /// <summary>The cluster's own, else that of all; null when nobody set one.</summary>
    private async ValueTask<GatePolicy?> PolicyAsync(string cluster, Caller caller, CancellationToken ct)
    {
        var names = new[] { GatePolicy.OfCluster(cluster), GatePolicy.Default };
        var found = (await ssm.GetParametersAsync(new() { Names = [.. names], WithDecryption = true }, caller, ct)).Parameters ?? [];
        var text = names.Select(n => found.FirstOrDefault(p => p.Name == n)?.Value).FirstOrDefault(v => v is not null);
        return text is null ? null : GatePolicy.Parse(text);
    }
}

/// <summary>Finds out what a policy asks about an image.</summary>
internal interface IImageFacts
{
    ValueTask<GateFacts> ReadAsync(GateImage image, GatePolicy policy, Caller caller, CancellationToken ct);
}

/// <summary>Registration of the gate.</summary>
public static class GateServices
{
    public static IServiceCollection AddImageGate(this IServiceCollection services) => services
        .AddSingleton<IImageFacts>(p => new EcrFacts(p.GetRequiredService<Contracts.Ecr.IEcr>(), p.GetRequiredService<Installation>().Endpoint))
        .AddSingleton<IImageGate>(p => new ImageGate(
            p.GetRequiredService<ISsm>(), p.GetRequiredService<IImageFacts>(), q => Caller.ForService(q.AccountId, q.Region, "ecs.amazonaws.com")));
}
