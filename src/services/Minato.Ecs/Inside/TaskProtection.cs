using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Inside;

namespace Minato.Ecs.Inside;

/// <summary>A task that protects itself from scale-in.</summary>
internal static class TaskProtection
{
    public static async Task<InsideAnswer> AnswerAsync(IEcs ecs, InsideRequest request, TaskState task, Caller caller, CancellationToken ct)
    {
        try
        {
            if (request.Method == "GET")
            {
                var got = await ecs.GetTaskProtectionAsync(new() { Cluster = task.Key.Cluster.Arn, Tasks = [task.Key.Arn] }, caller, ct);
                return Tell(got.ProtectedTasks?.FirstOrDefault(), got.Failures?.FirstOrDefault());
            }

            if (request.Method != "PUT") return Answers.Plain(405, "");
            if (Read(request.Body) is not { } wish) return Error(400, task.Key.Arn, "InvalidParameterException", "UpdateTaskProtection: failed to decode request");
            if (wish.IsProtected is not { } isProtected)
                return Error(400, task.Key.Arn, "InvalidParameterException", "Invalid request: does not contain 'ProtectionEnabled' field");
            var put = await ecs.UpdateTaskProtectionAsync(new()
            {
                Cluster = task.Key.Cluster.Arn, Tasks = [task.Key.Arn], ProtectionEnabled = isProtected, ExpiresInMinutes = wish.Minutes,
            }, caller, ct);
            return Tell(put.ProtectedTasks?.FirstOrDefault(), put.Failures?.FirstOrDefault());
        }
        catch (AwsException e)
        {
            return Error(e.HttpStatus, task.Key.Arn, e.Code, e.Message, caller.RequestId);
        }
    }

    public static InsideAnswer Error(int status, string arn, string code, string message, string requestId = "")
    {
        var error = new JsonObject();
        if (arn.Length > 0) error["Arn"] = arn;
        error["Code"] = code;
        error["Message"] = message;
        var body = new JsonObject { ["error"] = error };
        if (requestId.Length > 0) body["requestID"] = requestId;
        return Answers.Json(body, status);
    }

    private static InsideAnswer Tell(ProtectedTask? task, Failure? failure)
    {
        if (task is not null)
        {
            var protection = new JsonObject { ["ProtectionEnabled"] = task.ProtectionEnabled ?? false, ["TaskArn"] = task.TaskArn };
            if (task.ExpirationDate is { } end) protection["ExpirationDate"] = end.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
            return Answers.Json(new JsonObject { ["protection"] = protection });
        }

        var told = new JsonObject { ["Arn"] = failure?.Arn, ["Reason"] = failure?.Reason };
        if (failure?.Detail is { } detail) told["Detail"] = detail;
        return Answers.Json(new JsonObject { ["failure"] = told });
    }

    /// <returns>Null for what is not a wish: AWS refuses a member it does not know.</returns>
    private static (bool? IsProtected, int? Minutes)? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var parsed = JsonDocument.Parse(body);
            bool? isProtected = null;
            int? minutes = null;
            foreach (var member in parsed.RootElement.EnumerateObject())
            {
                if (member.NameEquals("ProtectionEnabled")) isProtected = member.Value.GetBoolean();
                else if (member.NameEquals("ExpiresInMinutes")) minutes = member.Value.ValueKind == JsonValueKind.Null ? null : member.Value.GetInt32();
                else return null;
            }

            return (isProtected, minutes);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
