using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

/// <summary>Certificates for listeners of load balancers, as they were before there was Certificate Manager.</summary>
internal sealed partial class IamApi
{
    public async Task<UploadServerCertificateResponse> UploadServerCertificateAsync(UploadServerCertificateRequest request, Caller caller, CancellationToken ct)
    {
        using var given = UploadedCertificate.Read(request.CertificateBody, request.PrivateKey, request.CertificateChain, clock.GetUtcNow());
        var id = NewId("ASCA", 17);
        var created = new ServerCertificateState
        {
            AccountId = caller.AccountId, Name = request.ServerCertificateName, Path = request.Path ?? "/", Id = id, CreatedAt = clock.GetUtcNow(),
            NotBefore = new(given.Certificate.NotBefore.ToUniversalTime()), NotAfter = new(given.Certificate.NotAfter.ToUniversalTime()),
            Certificate = request.CertificateBody, Chain = request.CertificateChain,
            SealedKey = sealer.Seal(Encoding.UTF8.GetBytes(given.KeyPem), ServerCertificateState.ContextOf(id)),
            Names = [.. given.Names], IsElliptic = given.IsElliptic, KeyBits = given.KeyBits, Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await store.UpdateAsync(tx =>
        {
            DemandFreeName(tx, created);
            CheckQuota(tx.Count(IamTables.ServerCertificatesByAccount, caller.AccountId), Quotas.ServerCertificates, "ServerCertificatesPerAccount");
            tx.Put(IamTables.ServerCertificates, created);
        }, ct);
        return new() { ServerCertificateMetadata = ToMetadata(created), Tags = created.Tags.IsEmpty ? null : ToWire(created.Tags) };
    }

    public Task<GetServerCertificateResponse> GetServerCertificateAsync(GetServerCertificateRequest request, Caller caller, CancellationToken ct)
    {
        var certificate = ServerCertificate(store.Current, caller, request.ServerCertificateName);
        return Task.FromResult(new GetServerCertificateResponse
        {
            ServerCertificate = new()
            {
                ServerCertificateMetadata = ToMetadata(certificate), CertificateBody = certificate.Certificate, CertificateChain = certificate.Chain,
                Tags = certificate.Tags.IsEmpty ? null : ToWire(certificate.Tags),
            },
        });
    }

    public Task<ListServerCertificatesResponse> ListServerCertificatesAsync(ListServerCertificatesRequest request, Caller caller, CancellationToken ct)
    {
        var certificates = store.Current.After(IamTables.ServerCertificatesByAccount, caller.AccountId, Position(nameof(ListServerCertificatesAsync), request.Marker))
            .Where(c => c.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal));
        var (page, marker) = Page(nameof(ListServerCertificatesAsync), certificates, c => c.Key, request.MaxItems);
        return Task.FromResult(new ListServerCertificatesResponse { ServerCertificateMetadataList = [.. page.Select(ToMetadata)], IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<UpdateServerCertificateResponse> UpdateServerCertificateAsync(UpdateServerCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var before = ServerCertificate(tx, caller, request.ServerCertificateName);
            var after = before with { Name = request.NewServerCertificateName ?? before.Name, Path = request.NewPath ?? before.Path };
            if (after.Arn == before.Arn) return;
            if (after.Key != before.Key) DemandFreeName(tx, after);
            tx.Delete(IamTables.ServerCertificates, before.Key);
            tx.Put(IamTables.ServerCertificates, after with { FormerArns = [.. before.FormerArns.Append(before.Arn).Where(a => a != after.Arn).Distinct(StringComparer.Ordinal)] });
        }, ct);
        return new();
    }

    public async Task<DeleteServerCertificateResponse> DeleteServerCertificateAsync(DeleteServerCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var certificate = ServerCertificate(tx, caller, request.ServerCertificateName);
            if (certificate.FormerArns.Add(certificate.Arn).SelectMany(arn => certificateUsers.SelectMany(u => u.UsersOf(arn))).FirstOrDefault() is { } user)
                throw new DeleteConflictException($"Certificate: {certificate.Id} is currently in use by {user}. Please remove it first before deleting it from IAM.");
            tx.Delete(IamTables.ServerCertificates, certificate.Key);
        }, ct);
        return new();
    }

    public async Task<TagServerCertificateResponse> TagServerCertificateAsync(TagServerCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeServerCertificate(caller, request.ServerCertificateName, c => c with { Tags = Merge(c.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagServerCertificateResponse> UntagServerCertificateAsync(UntagServerCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeServerCertificate(caller, request.ServerCertificateName, c => c with { Tags = c.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListServerCertificateTagsResponse> ListServerCertificateTagsAsync(ListServerCertificateTagsRequest request, Caller caller, CancellationToken ct)
    {
        var (tags, marker) = TagPage(nameof(ListServerCertificateTagsAsync), ServerCertificate(store.Current, caller, request.ServerCertificateName).Tags, request.Marker, request.MaxItems);
        return Task.FromResult(new ListServerCertificateTagsResponse { Tags = tags, IsTruncated = marker is not null, Marker = marker });
    }

    private ValueTask ChangeServerCertificate(Caller caller, string name, Func<ServerCertificateState, ServerCertificateState> change, CancellationToken ct) =>
        store.UpdateAsync(tx => tx.Put(IamTables.ServerCertificates, change(ServerCertificate(tx, caller, name))), ct);

    private static void DemandFreeName(IReadState state, ServerCertificateState wanted)
    {
        if (state.Find(IamTables.ServerCertificates, wanted.Key) is not null)
            throw new EntityAlreadyExistsException($"The Server Certificate with name {wanted.Name} already exists.");
        // Who still names another one so would get this one instead.
        if (state.Where(IamTables.ServerCertificatesByAccount, wanted.AccountId).Any(c => c.Id != wanted.Id && c.FormerArns.Contains(wanted.Arn)))
            throw new EntityAlreadyExistsException($"The Server Certificate with name {wanted.Name} already exists.");
    }

    private static ServerCertificateState ServerCertificate(IReadState state, Caller caller, string name) =>
        state.Find(IamTables.ServerCertificates, IamTables.KeyOf(caller.AccountId, name))
        ?? throw new NoSuchEntityException($"The Server Certificate with name {name} cannot be found.");

    private static ServerCertificateMetadata ToMetadata(ServerCertificateState certificate) => new()
    {
        Path = certificate.Path, ServerCertificateName = certificate.Name, ServerCertificateId = certificate.Id, Arn = certificate.Arn,
        UploadDate = certificate.CreatedAt, Expiration = certificate.NotAfter,
    };
}
