using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.Ssm;
using Minato.Ssm.State;

namespace Minato.Ssm.Api;

/// <summary>Tells EventBridge what happens to parameters, where there is one.</summary>
internal sealed partial class ParameterEvents(ILogger<ParameterEvents> log, IEventbridge? bridge = null)
{
    public ValueTask ChangedAsync(ParameterKey key, ParameterType? type, string? description, string operation, Caller caller, CancellationToken ct)
    {
        var detail = new JsonObject { ["operation"] = operation, ["name"] = key.Name, ["type"] = type?.ToWire() };
        if (description is not null) detail["description"] = description;
        return TellAsync(key, "Parameter Store Change", detail, ct);
    }

    public ValueTask PolicyActedAsync(ParameterState parameter, ParameterPolicy policy, CancellationToken ct) => TellAsync(parameter.Key, "Parameter Store Policy Action", new()
    {
        ["parameter-name"] = parameter.Key.Name, ["parameter-type"] = parameter.Type.ToWire(), ["policy-type"] = policy.Type.ToString(), ["policy-content"] = policy.Text,
        ["action-status"] = "Success", ["action-reason"] = "",
    }, ct);

    private async ValueTask TellAsync(ParameterKey key, string type, JsonObject detail, CancellationToken ct)
    {
        if (bridge is null) return;
        try
        {
            await bridge.PutEventsAsync(
                new() { Entries = [new() { Source = "aws.ssm", DetailType = type, Resources = [key.Arn], Detail = detail.ToJsonString() }] },
                Caller.ForService(key.Home.AccountId, key.Home.Region, "ssm.amazonaws.com"), ct);
        }
        catch (AwsException e)
        {
            LogRefused(key.Name, e.Message); // The parameter is written; who listens hears of the next change.
        }
    }

    [LoggerMessage(2701, LogLevel.Warning, "EventBridge refused an event of parameter {Parameter}: {Reason}")]
    private partial void LogRefused(string parameter, string reason);
}
