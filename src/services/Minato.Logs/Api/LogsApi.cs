using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Api;

/// <summary>CloudWatch Logs. Operations write groups and streams; events go straight to the append log.</summary>
internal sealed partial class LogsApi(Store store, IAppendLog log, Activities activities, PageTokens tokens, Ids ids, TimeProvider clock) : ICloudWatchLogs
{
    private static ResourceNotFoundException NoSuchGroup() => new("The specified log group does not exist.");

    private static ResourceNotFoundException NoSuchStream() => new("The specified log stream does not exist.");

    private static InvalidParameterException BadToken() => new("The specified nextToken is invalid.");

    private static GroupState Group(IReadState state, GroupKey key) => state.Find(LogsTables.Groups, key) ?? throw NoSuchGroup();

    private static StreamState Stream(IReadState state, StreamKey key)
    {
        if (state.Find(LogsTables.Streams, key) is { } stream) return stream;
        Group(state, key.Group);
        throw NoSuchStream();
    }

    /// <summary>The group a reading operation means: by name, or by an identifier that is a name or an ARN.</summary>
    private static GroupKey KeyOf(Caller caller, string? name, string? identifier) => (name, identifier) switch
    {
        (null, null) => throw new InvalidParameterException("LogGroupName or LogGroupIdentifier must be specified."),
        ({ }, { }) => throw new InvalidParameterException("LogGroupName and LogGroupIdentifier are mutually exclusive parameters."),
        ({ }, null) => new(caller, name),
        (null, _) when identifier.StartsWith("arn:", StringComparison.Ordinal) => FromArn(caller, identifier) ?? throw NoSuchGroup(),
        (null, _) => new(caller, identifier),
    };

    /// <returns>Null for what is not a log group of the caller's account and region.</returns>
    private static GroupKey? FromArn(Caller caller, string text)
    {
        if (!Arn.TryParse(text, out var arn) || arn.Service != "logs") return null;
        if (arn.AccountId != caller.AccountId || arn.Region != caller.Region) return null;
        // AWS: the ARN a group is described by ends in ":*", the one it is tagged by does not; both are taken.
        return arn.Resource.Split(':') is ["log-group", var name, .. [] or ["*"]] ? new(caller, name) : null;
    }
}
