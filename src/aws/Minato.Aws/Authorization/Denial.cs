using System.Collections.Immutable;
using System.Text.Json;
using Minato.Aws.Dispatch;
using Minato.Aws.Policies;
using Minato.Aws.Protocols;

namespace Minato.Aws.Authorization;

/// <summary>How a call that policies do not let through is answered: AWS's words, and the code of the service's family.</summary>
internal static class Denial
{
    /// <summary>Binds what EC2 encodes to what STS decodes.</summary>
    public const string Purpose = "authorization-message";
    private const string NotEc2 = "You are not authorized to perform this operation.";

    public static AwsException Of(ErrorStyle style, ServiceModel service, Caller caller, AuthorizedAction refused, PageTokens? tokens)
    {
        var words = Words(caller, refused, ResourceForm(style, service, refused));
        return (style, service.SigningName) switch
        {
            (ErrorStyle.Ec2, _) => new("UnauthorizedOperation", $"{NotEc2} {words}{Encoded(refused, caller, tokens)}", 403),
            (_, "sns") => new("AuthorizationError", words, 403),
            (ErrorStyle.Query or ErrorStyle.RestXml or ErrorStyle.S3, _) => new("AccessDenied", words, 403),
            (ErrorStyle.RestJson, _) => new("AccessDeniedException", words, 403),
            _ => new("AccessDeniedException", words, 400),
        };
    }

    /// <summary>The sentence alone.</summary>
    public static string Words(Caller caller, AuthorizedAction refused, string on)
    {
        var start = $"User: {caller.PrincipalArn} is not authorized to perform: {refused.Action}{on}";
        // AWS: who may not assume a role does not learn why.
        if (refused.Action is "sts:AssumeRole" or "sts:TagSession" or "sts:SetSourceIdentity") return start;
        var kind = refused.Decision.By switch
        {
            DecidingPolicy.ServiceControl => "service control policy",
            DecidingPolicy.Resource => "resource-based policy",
            DecidingPolicy.Boundary => "permissions boundary",
            DecidingPolicy.Session => "session policy",
            _ => "identity-based policy",
        };
        return refused.Decision.Kind is DecisionKind.ExplicitDeny
            ? $"{start} with an explicit deny in {(kind is "identity-based policy" ? "an" : "a")} {kind}"
            : $"{start} because no {kind} allows the {refused.Action} action";
    }

    // AWS: services differ in how they write that an action has no resource: some do not.
    private static string ResourceForm(ErrorStyle style, ServiceModel service, AuthorizedAction refused) => refused.Resource switch
    {
        "*" when style is ErrorStyle.Ec2 or ErrorStyle.Query or ErrorStyle.S3 or ErrorStyle.RestXml || service.SigningName is "secretsmanager" => "",
        var arn when style is ErrorStyle.S3 => $" on resource: \"{arn}\"",
        var arn => $" on resource: {arn}",
    };

    // AWS: only what has a resource is encoded.
    private static string Encoded(AuthorizedAction refused, Caller caller, PageTokens? tokens) => refused.Resource is "*" || tokens is null ? ""
        : $" Encoded authorization failure message: {tokens.Encode(Purpose, Context(refused, caller))}";

    private static string Context(AuthorizedAction refused, Caller caller)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            json.WriteBoolean("allowed", false);
            json.WriteBoolean("explicitDeny", refused.Decision.Kind is DecisionKind.ExplicitDeny);
            json.WriteStartObject("matchedStatements");
            json.WriteStartArray("items");
            foreach (var (policy, statement) in refused.Decision.Matched)
            {
                json.WriteStartObject();
                json.WriteString("statementId", statement.Sid ?? "");
                json.WriteString("effect", statement.Allows ? "ALLOW" : "DENY");
                json.WriteString("policyId", policy);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteStartObject("failures");
            json.WriteStartArray("items");
            json.WriteEndArray();
            json.WriteEndObject();
            WriteRequest(json, refused, caller);
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }

    private static void WriteRequest(Utf8JsonWriter json, AuthorizedAction refused, Caller caller)
    {
        json.WriteStartObject("context");
        json.WriteStartObject("principal");
        json.WriteString("id", caller.PrincipalId);
        json.WriteString("name", caller.PrincipalArn[(caller.PrincipalArn.LastIndexOf('/') + 1)..]);
        json.WriteString("arn", caller.PrincipalArn);
        json.WriteEndObject();
        json.WriteString("action", refused.Action);
        json.WriteString("resource", refused.Resource);
        json.WriteStartObject("conditions");
        json.WriteStartArray("items");
        foreach (var key in ImmutableArray.Create("ec2:Region", "aws:SourceIp", "aws:RequestedRegion"))
        {
            if (refused.Context?.Values(key) is not { IsEmpty: false } values) continue;
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteStartObject("values");
            json.WriteStartArray("items");
            foreach (var value in values)
            {
                json.WriteStartObject();
                json.WriteString("value", value);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
