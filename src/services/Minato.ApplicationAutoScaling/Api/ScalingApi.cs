using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.Reconcile;
using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Contracts.ApplicationAutoScaling;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Iam;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling.Api;

/// <summary>Application Auto Scaling for ECS services. Of other services nothing is here that could be scaled.</summary>
internal sealed partial class ScalingApi(
    Store store, Scaler scaler, ICloudWatch cloudWatch, PageTokens tokens, Ids ids, TimeProvider clock, IIam? iam = null) : IApplicationAutoScaling
{
    private const int DefaultPage = 50;
    private const int MostTargets = 3000;
    private const int MostPolicies = 50;
    private const int MostScheduled = 200;
    private const string LinkedService = "ecs.application-autoscaling.amazonaws.com";

    private static string RoleArn(Home home) => $"arn:aws:iam::{home.AccountId}:role/aws-service-role/{LinkedService}/AWSServiceRoleForApplicationAutoScaling_ECSService";

    /// <exception cref="Minato.Contracts.ApplicationAutoScaling.ValidationException">It is no service of ECS.</exception>
    private static TargetKey KeyOf(Caller caller, ServiceNamespace space, string resourceId, ScalableDimension? dimension)
    {
        if (space is not ServiceNamespace.Ecs) throw Invalid($"Resource not found: {resourceId}. No resources of service namespace {space.ToWire()} are in this account.");
        if (dimension is not (null or ScalableDimension.EcsServiceDesiredCount))
            throw Invalid($"Unsupported service namespace, resource type or scalable dimension: {space.ToWire()}, {resourceId}, {dimension.Value.ToWire()}");
        if (resourceId.Split('/') is not ["service", { Length: > 0 }, { Length: > 0 }])
            throw Invalid($"Unsupported service namespace, resource type or scalable dimension. Resource ID: {resourceId}");
        return new(Home.Of(caller), resourceId);
    }

    private static TargetState Find(IReadState state, TargetKey key) => state.Find(Tables.Targets, key) ?? throw NoTarget(key);

    private static AwsException NoTarget(TargetKey key) => new ObjectNotFoundException(
        $"No scalable target found for service namespace: ecs, resource ID: {key.ResourceId}, scalable dimension: ecs:service:DesiredCount");

    private static AwsException Invalid(string message) => new Minato.Contracts.ApplicationAutoScaling.ValidationException(message);

    private static ImmutableArray<string>? Names(ImmutableArray<string>? given) => given is { Length: > 0 } ? given : null;

    private (ImmutableArray<T> Page, string? Token) Page<T>(string operation, IEnumerable<T> all, string? token, int? size, Func<T, string> position)
    {
        var rest = all;
        if (token is not null)
        {
            var after = tokens.Decode(operation, token) ?? throw new InvalidNextTokenException("The token is not valid.");
            rest = all.SkipWhile(i => position(i) != after).Skip(1);
        }

        var most = size ?? DefaultPage;
        var page = rest.Take(most + 1).ToImmutableArray();
        return page.Length <= most ? (page, null) : (page[..most], tokens.Encode(operation, position(page[most - 1])));
    }

    // AWS: made with the first target, and there already with all others.
    private async ValueTask EnsureRoleAsync(Caller caller, CancellationToken ct)
    {
        if (iam is null || store.Current.Count(Tables.TargetsByHome, Home.Of(caller)) > 0) return;
        try
        {
            await iam.CreateServiceLinkedRoleAsync(new() { AWSServiceName = LinkedService }, Home.Of(caller).Caller, ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // It is there.
        }
    }
}
