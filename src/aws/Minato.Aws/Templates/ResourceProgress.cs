namespace Minato.Aws.Templates;

/// <summary>How far a handler is.</summary>
public abstract record ResourceProgress
{
    private ResourceProgress()
    {
    }

    /// <param name="PhysicalResourceId">What <c>Ref</c> answers; null after a deletion.</param>
    /// <param name="Model">Its attributes. An update may leave out what did not change.</param>
    public sealed record Done(string? PhysicalResourceId, ResourceModel Model) : ResourceProgress;

    /// <summary>To be called again.</summary>
    /// <param name="PhysicalResourceId">As soon as it is known: it is written down before the next call.</param>
    /// <param name="After">How long to wait before that.</param>
    /// <param name="Context">Handed to the next call.</param>
    public sealed record Pending(string? PhysicalResourceId, TimeSpan After, string? Context = null) : ResourceProgress;

    /// <param name="Code">CloudFormation's handler error code, such as <c>NotFound</c>, <c>AlreadyExists</c>, <c>GeneralServiceException</c>, <c>NotStabilized</c>.</param>
    /// <param name="Message">The reason in the resource's events.</param>
    /// <param name="PhysicalResourceId">Of what was made all the same, so that a rollback deletes it.</param>
    public sealed record Failed(string Code, string Message, string? PhysicalResourceId = null) : ResourceProgress;
}
