using System.Globalization;
using System.Text.Json;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;
using Minato.CloudTrail.State;

namespace Minato.CloudTrail.Recording;

/// <summary>Makes the event of a call, in the shape of CloudTrail's records.</summary>
internal static class EventMaker
{
    private const string EventVersion = "1.11";
    private const int LargestPart = 100 * 1024; // AWS: a longer part is left out, and the record says so.
    private const string DateFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <param name="call">What happened.</param>
    /// <param name="id">Of the event.</param>
    /// <param name="own">Where calls of strangers are written down, who have no account.</param>
    public static RecordedEvent Make(CallRecord call, string id, Home own)
    {
        var home = call.Caller.IsAnonymous ? own : new Home(call.Caller.AccountId, call.Caller.Region.Length == 0 ? own.Region : call.Caller.Region);
        var service = call.Service.SigningName;
        var isManagement = !EventKinds.IsData(service, call.Operation.Name);
        var scratch = Scratch.Take();
        var resources = scratch.Resources;
        foreach (var arn in call.Resources)
        {
            if (ResourceTypes.OfArn(arn) is { } named) resources.Add(named);
        }

        var source = call.EventSource;
        var json = scratch.Whole;
        json.WriteStartObject();
        json.WriteString("eventVersion", EventVersion);
        UserIdentity.Write(json, call.Caller);
        json.WriteString("eventTime", Date(call.At));
        json.WriteString("eventSource", source);
        json.WriteString("eventName", call.Operation.Name);
        json.WriteString("awsRegion", home.Region);
        json.WriteString("sourceIPAddress", call.Caller.IsService ? call.Caller.PrincipalArn : call.SourceIp ?? "");
        json.WriteString("userAgent", call.UserAgent ?? "");
        if (call.ErrorCode is { } code)
        {
            json.WriteString("errorCode", code);
            if (call.ErrorMessage is { } message) json.WriteString("errorMessage", message);
        }

        Part(scratch, "requestParameters", call.Request, service);
        // AWS: what only reads has no response in the record.
        Part(scratch, "responseElements", call.Operation.IsReadOnly ? null : call.Response, service);
        json.WriteString("requestID", call.RequestId);
        json.WriteString("eventID", id);
        json.WriteBoolean("readOnly", call.IsReadOnly);
        Resources(json, call, home);
        json.WriteString("eventType", "AwsApiCall");
        json.WriteBoolean("managementEvent", isManagement);
        json.WriteString("recipientAccountId", home.AccountId);
        json.WriteString("eventCategory", isManagement ? "Management" : "Data");
        if (call.Host is { } host)
        {
            json.WriteStartObject("tlsDetails");
            json.WriteString("clientProvidedHostHeader", host);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return new()
        {
            Id = id, Home = home, At = call.At, Name = call.Operation.Name, Source = source, Username = UserIdentity.NameOf(call.Caller),
            AccessKeyId = call.Caller.AccessKeyId ?? "", IsReadOnly = call.IsReadOnly, IsManagement = isManagement, Resources = [.. resources], Json = scratch.Written.ToArray(),
        };
    }

    public static string Date(DateTimeOffset at) => at.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);

    private static void Part(Scratch scratch, string name, IShape? shape, string service)
    {
        var json = scratch.Whole;
        json.WritePropertyName(name);
        if (shape is null || shape.SchemaOfShape.Members.Length == 0)
        {
            json.WriteNullValue();
            return;
        }

        var inner = scratch.StartPart();
        inner.WriteStartObject();
        shape.WriteMembers(new ParameterWriter(inner, service, scratch.Resources));
        inner.WriteEndObject();
        inner.Flush();
        var part = scratch.WrittenPart;
        if (part.Length <= LargestPart)
        {
            json.WriteRawValue(part, skipInputValidation: true);
            return;
        }

        json.WriteStartObject();
        json.WriteString("omitted", "true");
        json.WriteNumber("originalSize", part.Length);
        json.WriteString("reason", $"{name} too large");
        json.WriteEndObject();
    }

    private static void Resources(Utf8JsonWriter json, CallRecord call, Home home)
    {
        if (call.Actions.IsEmpty) return;
        var arns = call.Resources.ToArray();
        if (arns.Length == 0) return;
        json.WriteStartArray("resources");
        foreach (var text in arns)
        {
            json.WriteStartObject();
            json.WriteString("accountId", Arn.TryParse(text, out var arn) && arn.AccountId.Length > 0 ? arn.AccountId : home.AccountId);
            if (ResourceTypes.OfArn(text) is { Type.Length: > 0 } known) json.WriteString("type", known.Type);
            json.WriteString("ARN", text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
