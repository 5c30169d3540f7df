using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<PutReplicationConfigurationResponse> PutReplicationConfigurationAsync(PutReplicationConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var rules = request.ReplicationConfiguration.Rules;
        if (ReplicationPlanner.Fault(rules, Home(caller)) is { } fault) throw Texts.Invalid("replicationConfiguration", fault);
        await ChangeAsync(caller, r => r with { Replication = rules }, ct);
        return new() { ReplicationConfiguration = request.ReplicationConfiguration };
    }

    public Task<DescribeImageReplicationStatusResponse> DescribeImageReplicationStatusAsync(
        DescribeImageReplicationStatusRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "DescribeImageReplicationStatus")).Key;
        var image = ImageReads.Find(state, key, request.ImageId).Image ?? throw Texts.NoImage(key, request.ImageId);
        return Task.FromResult(new DescribeImageReplicationStatusResponse
        {
            RepositoryName = key.Name,
            ImageId = request.ImageId with { ImageDigest = image.Key.Digest },
            ReplicationStatuses = [.. state.Where(EcrTables.ReplicationsByImage, image.Key).Select(r => new ImageReplicationStatus
            {
                Region = r.Key.Region, RegistryId = r.Key.AccountId, Status = r.Status, FailureCode = r.FailureCode,
            })],
        });
    }
}
