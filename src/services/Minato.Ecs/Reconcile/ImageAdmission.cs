using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Engines.Gates;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Asks the gate about the images of a deployment that begins. Where no gate is installed, everything passes.</summary>
internal sealed class ImageAdmission(IServiceProvider engines)
{
    /// <returns>Null when there is nothing to ask.</returns>
    public async ValueTask<GateVerdict?> AskAsync(IReadState ecs, ServiceState service, CancellationToken ct)
    {
        if (service is not { Status: ServiceStatus.Active, HasTaskSets: false, Deployments: [var primary, ..] } || !Admission.IsOpen(primary)) return null;
        if (engines.GetService<IImageGate>() is not { } gate || ecs.Find(EcsTables.TaskDefinitions, primary.Spec.TaskDefinition) is not { } definition) return null;
        var scope = service.Key.Cluster.Scope;
        return await gate.AskAsync(new(scope.AccountId, scope.Region, service.Key.Cluster.Name, [.. definition.Containers.Select(c => new GateImage(c.Name ?? "", c.Image ?? ""))]), ct);
    }
}
