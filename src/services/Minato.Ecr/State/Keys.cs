using System.Text.Json.Serialization;
using Minato.Aws;

namespace Minato.Ecr.State;

/// <summary>A private registry: an account in a region.</summary>
internal sealed record Home(string AccountId, string Region)
{
    public string Host => $"{AccountId}.dkr.ecr.{Region}.amazonaws.com";
}

[method: JsonConstructor]
internal sealed record RepositoryKey(string AccountId, string Region, string Name) : IComparable<RepositoryKey>
{
    public RepositoryKey(Home home, string name) : this(home.AccountId, home.Region, name) { }

    public RepositoryKey(Caller caller, string name) : this(caller.AccountId, caller.Region, name) { }

    public Home Home => new(AccountId, Region);

    public string Arn => $"arn:aws:ecr:{Region}:{AccountId}:repository/{Name}";

    public string Uri => $"{Home.Host}/{Name}";

    public int CompareTo(RepositoryKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(AccountId, other.AccountId);
        if (order == 0) order = string.CompareOrdinal(Region, other.Region);
        return order == 0 ? string.CompareOrdinal(Name, other.Name) : order;
    }

    public override string ToString() => $"{AccountId}/{Region}/{Name}";
}

/// <summary>Something of a repository that a digest names: a layer or an image.</summary>
internal sealed record DigestKey(RepositoryKey Repository, string Digest) : IComparable<DigestKey>
{
    public int CompareTo(DigestKey? other) =>
       other is null ? 1 :  other is null ? 1 : Repository.CompareTo(other.Repository) is not 0 and var order ? order : string.CompareOrdinal(Digest, other.Digest);

    public override string ToString() => $"{Repository}@{Digest}";
}

internal sealed record TagKey(RepositoryKey Repository, string Tag) : IComparable<TagKey>
{
    public int CompareTo(TagKey? other) =>
       other is null ? 1 :  other is null ? 1 : Repository.CompareTo(other.Repository) is not 0 and var order ? order : string.CompareOrdinal(Tag, other.Tag);

    public override string ToString() => $"{Repository}:{Tag}";
}

internal sealed record UploadKey(string Id) : IComparable<UploadKey>
{
    public int CompareTo(UploadKey? other) => other is null ? 1 : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => Id;
}

/// <summary>A file of the blob store, whoever refers to it.</summary>
internal sealed record BlobKey(string Digest);
