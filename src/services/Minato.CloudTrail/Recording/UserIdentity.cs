using System.Text.Json;
using Minato.Aws;

namespace Minato.CloudTrail.Recording;

/// <summary>Who did it, as records tell it of each kind of principal.</summary>
internal static class UserIdentity
{
    public static void Write(Utf8JsonWriter json, Caller caller)
    {
        json.WriteStartObject("userIdentity");
        var type = TypeOf(caller);
        json.WriteString("type", type);
        if (type is "AWSService")
        {
            json.WriteString("invokedBy", caller.PrincipalArn);
        }
        else if (type is "AWSAccount")
        {
            json.WriteString("principalId", "");
            json.WriteString("accountId", "anonymous");
        }
        else
        {
            json.WriteString("principalId", caller.PrincipalId);
            json.WriteString("arn", caller.PrincipalArn);
            json.WriteString("accountId", caller.AccountId);
            if (caller.AccessKeyId is { } key) json.WriteString("accessKeyId", key);
            if (type is "IAMUser") json.WriteString("userName", NameOf(caller));
            if (caller.Session is { } session) WriteSession(json, caller, session);
            if (caller.InvokedBy is { } service) json.WriteString("invokedBy", service);
        }

        json.WriteEndObject();
    }

    /// <summary>What LookupEvents calls the user: of a session its name.</summary>
    public static string NameOf(Caller caller) => TypeOf(caller) switch
    {
        "Root" => "root",
        "AWSService" => caller.PrincipalArn,
        "AWSAccount" => "anonymous",
        _ => LastOf(caller.PrincipalArn),
    };

    private static string TypeOf(Caller caller)
    {
        if (caller.IsAnonymous) return "AWSAccount";
        if (caller.IsService) return "AWSService";
        if (!Arn.TryParse(caller.PrincipalArn, out var arn)) return "Unknown";
        if (arn.Resource == "root") return "Root";
        var kind = arn.Resource.Split('/')[0];
        return kind switch { "assumed-role" => "AssumedRole", "federated-user" => "FederatedUser", _ => "IAMUser" };
    }

    private static void WriteSession(Utf8JsonWriter json, Caller caller, CallerSession session)
    {
        json.WriteStartObject("sessionContext");
        if (session.RoleArn is { } role)
        {
            json.WriteStartObject("sessionIssuer");
            json.WriteString("type", "Role");
            json.WriteString("principalId", session.RoleId ?? caller.PrincipalId.Split(':')[0]);
            json.WriteString("arn", role);
            json.WriteString("accountId", Arn.TryParse(role, out var arn) ? arn.AccountId : caller.AccountId);
            json.WriteString("userName", LastOf(role));
            json.WriteEndObject();
        }

        if (session.FederatedProvider is { } provider)
        {
            json.WriteStartObject("webIdFederationData");
            json.WriteString("federatedProvider", provider);
            json.WriteEndObject();
        }

        json.WriteStartObject("attributes");
        json.WriteString("creationDate", EventMaker.Date(session.IssuedAt));
        json.WriteString("mfaAuthenticated", session.HasMfa ? "true" : "false");
        json.WriteEndObject();
        if (session.SourceIdentity is { } source) json.WriteString("sourceIdentity", source);
        json.WriteEndObject();
    }

    private static string LastOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];
}
