namespace Minato.S3;

/// <summary>What an installation may choose of S3.</summary>
public sealed record S3Options
{
    /// <summary>How long a deleted bucket's name is refused to another region or account. AWS says an hour or more.</summary>
    public TimeSpan NameRest { get; init; } = TimeSpan.FromHours(1);
}
