namespace Minato.Elb;

/// <summary>What a host decides about load balancers.</summary>
public sealed record ElbOptions
{
    /// <summary>Where access logs are written as well, in folders named as their buckets; null writes them nowhere but to their buckets.</summary>
    public string? LogDirectory { get; init; }
}
