namespace Minato.Aws;

/// <summary>Who calls, and for which account and region. All state is kept apart by the last two.</summary>
public sealed record Caller
{
    public required string AccountId { get; init; }
    public required string Region { get; init; }

    /// <summary>ARN of the user, role session, root, or the name of a service principal.</summary>
    public required string PrincipalArn { get; init; }

    /// <summary>Unique id of the principal, as <c>GetCallerIdentity</c> shows it.</summary>
    public string PrincipalId { get; init; } = "";
    public string? AccessKeyId { get; init; }

    /// <summary>Null for long-lived keys.</summary>
    public CallerSession? Session { get; init; }

    /// <summary>Where the request came from; null for what rooms ask each other.</summary>
    public string? SourceIp { get; init; }
    public string? UserAgent { get; init; }

    /// <summary>For which resource a service asks; policies may insist on it.</summary>
    public string? SourceArn { get; init; }

    /// <summary>Unique id of this request; part of every answer.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The service that calls in the principal's name, as CloudFormation does for who made a stack.</summary>
    public string? InvokedBy { get; init; }

    /// <summary>The principal is a role that belongs to <see cref="InvokedBy"/>: it does not hand on what somebody else may.</summary>
    public bool IsServiceRole { get; init; }

    /// <summary><see cref="InvokedBy"/> looks for itself, in the principal's name: what only reads is not held against policies.</summary>
    public bool IsOwnLook { get; init; }

    /// <summary>Keys of tags that begin with <c>aws:</c> are for AWS alone.</summary>
    public bool MaySetSystemTags => IsService || InvokedBy is not null;

    /// <summary>Somebody who signed nothing.</summary>
    public static Caller Anonymous(string requestId) =>
        new() { AccountId = "anonymous", Region = "", PrincipalArn = "*", PrincipalId = "anonymous", RequestId = requestId };

    public bool IsAnonymous => PrincipalArn is "*";

    /// <summary>AWS itself asks, by the name of a service. It may do what nobody else may, such as tag with keys that begin with <c>aws:</c>.</summary>
    public bool IsService => !PrincipalArn.StartsWith("arn:", StringComparison.Ordinal) && PrincipalArn.EndsWith(".amazonaws.com", StringComparison.Ordinal);

    /// <summary>A room calling another on behalf of the account.</summary>
    /// <param name="servicePrincipal">e.g. <c>ecs.amazonaws.com</c>.</param>
    public static Caller ForService(string accountId, string region, string servicePrincipal) =>
        new() { AccountId = accountId, Region = region, PrincipalArn = servicePrincipal, PrincipalId = servicePrincipal };
}
