using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Deploying;

/// <summary>The service that a command is about.</summary>
internal static class ServiceReader
{
    /// <exception cref="UserException">There is no such service.</exception>
    public static async Task<Service> FindAsync(AwsAccess aws, string cluster, string name, CancellationToken ct)
    {
        try
        {
            var found = (await aws.Ecs.DescribeServicesAsync(new() { Cluster = cluster, Services = [name] }, aws.Caller, ct)).Services ?? [];
            return found is [{ Status: "ACTIVE" } service] ? service : throw new UserException($"there is no ACTIVE service {name} in cluster {cluster}.");
        }
        catch (ClusterNotFoundException)
        {
            throw new UserException($"there is no cluster {cluster}. Name another one with --cluster.");
        }
    }
}
