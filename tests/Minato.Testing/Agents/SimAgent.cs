using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Minato.Testing.Agents;

/// <summary>
/// Plays the ECS agent on a websocket: acknowledges what it is told, runs tasks that start and stop by themselves, remembers them over
/// its restarts. What it does wrong on purpose is switched on.
/// </summary>
public sealed class SimAgent(TimeProvider clock, Func<SimTaskChange, Task> submit)
{
    private readonly HashSet<string> _toldToStop = new(StringComparer.Ordinal);
    private WebSocket? _socket;

    /// <summary>Everything it heard, in order.</summary>
    public List<JsonNode> Heard { get; } = [];

    /// <summary>Its data directory: tasks by ARN.</summary>
    public Dictionary<string, SimAgentTask> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>Tasks that it was told to run after it had been told to stop them: an agent that has cleaned up would start them anew.</summary>
    public List<string> Revived { get; } = [];

    public bool AcknowledgesHeartbeats { get; set; } = true;
    public bool AcknowledgesPayloads { get; set; } = true;

    /// <summary>Starts and stops tasks by itself; otherwise it only acknowledges, and the test reports.</summary>
    public bool RunsTasks { get; set; } = true;
    public TimeSpan StartTakes { get; set; } = TimeSpan.FromSeconds(1);
    public TimeSpan StopTakes { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How the other side ended the last connection.</summary>
    public (WebSocketCloseStatus? Status, string? Words)? Closed { get; private set; }
    public bool IsConnected => _socket is { State: WebSocketState.Open };

    public IEnumerable<JsonNode> Of(string type) => Heard.Where(m => (string?)m["type"] == type).Select(m => m["message"] ?? new JsonObject());

    /// <summary>Orders about a task, by desired status.</summary>
    public IEnumerable<JsonNode> Orders(string arn, string desired) => Of("PayloadMessage").SelectMany(p => p["tasks"]?.AsArray() ?? [])
        .OfType<JsonNode>().Where(t => (string?)t["arn"] == arn && (string?)t["desiredStatus"] == desired);

    /// <summary>Talks until the connection ends, however it does.</summary>
    public async Task TalkAsync(WebSocket socket)
    {
        _socket = socket;
        Closed = null;
        var buffer = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer.GetMemory(4096), CancellationToken.None);
                if (got.MessageType == WebSocketMessageType.Close) break;
                buffer.Advance(got.Count);
                if (!got.EndOfMessage) continue;
                var message = JsonNode.Parse(buffer.WrittenSpan) ?? new JsonObject();
                buffer.ResetWrittenCount();
                Heard.Add(message);
                Note(message);
                await HearAsync(message);
            }

            Closed = (socket.CloseStatus, socket.CloseStatusDescription);
            if (socket.State == WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // The wire was cut.
        }
    }

    /// <summary>Cuts the wire, as a killed process or a network does.</summary>
    public void Drop() => _socket?.Abort();

    /// <summary>Ends the connection as an agent does whose time is over.</summary>
    public Task CloseAsync() => _socket?.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "ConnectionExpired: Reconnect to continue", CancellationToken.None)
        ?? Task.CompletedTask;

    public Task SayAsync(string type, JsonObject message) => SayAsync(new JsonObject { ["type"] = type, ["message"] = message }.ToJsonString());

    public Task SayAsync(string text) => SayAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text);

    public async Task SayAsync(ReadOnlyMemory<byte> bytes, WebSocketMessageType type)
    {
        if (_socket is { State: WebSocketState.Open } socket) await socket.SendAsync(bytes, type, endOfMessage: true, CancellationToken.None);
    }

    private async Task HearAsync(JsonNode message)
    {
        var body = message["message"] ?? new JsonObject();
        switch ((string?)message["type"])
        {
            case "HeartbeatMessage" when AcknowledgesHeartbeats:
                await SayAsync("HeartbeatAckRequest", new() { ["messageId"] = Text(body, "messageId") });
                break;
            case "PayloadMessage" when AcknowledgesPayloads:
                await SayAsync("AckRequest", new()
                {
                    ["cluster"] = Text(body, "clusterArn"), ["containerInstance"] = Text(body, "containerInstanceArn"), ["messageId"] = Text(body, "messageId"),
                });
                foreach (var task in body["tasks"]?.AsArray() ?? []) Take(task ?? new JsonObject());
                break;
            case "IAMRoleCredentialsMessage":
                await SayAsync("IAMRoleCredentialsAckRequest", new()
                {
                    ["messageId"] = Text(body, "messageId"), ["credentialsId"] = Text(body["roleCredentials"], "credentialsId"),
                    ["expiration"] = Text(body["roleCredentials"], "expiration"),
                });
                break;
            case "TaskManifestMessage":
                await VerifyAsync(body);
                break;
        }
    }

    private void Note(JsonNode message)
    {
        if ((string?)message["type"] != "PayloadMessage") return;
        foreach (var task in message["message"]?["tasks"]?.AsArray() ?? [])
        {
            var arn = Text(task, "arn") ?? "";
            if (Text(task, "desiredStatus") == "STOPPED") _toldToStop.Add(arn);
            else if (_toldToStop.Contains(arn)) Revived.Add(arn);
        }
    }

    private async Task VerifyAsync(JsonNode manifest)
    {
        var listed = (manifest["tasks"]?.AsArray() ?? []).Select(t => Text(t, "taskArn")).ToHashSet();
        var missing = Tasks.Values.Where(t => !t.IsStopWanted && !listed.Contains(t.Arn)).ToArray();
        if (missing.Length == 0) return;
        await SayAsync("TaskStopVerificationMessage", new()
        {
            ["messageId"] = Text(manifest, "messageId"),
            ["stopCandidates"] = new JsonArray([.. missing.Select(t => new JsonObject { ["taskArn"] = t.Arn, ["desiredStatus"] = "STOPPED" })]),
        });
    }

    private void Take(JsonNode order)
    {
        var arn = Text(order, "arn") ?? "";
        var isStop = Text(order, "desiredStatus") == "STOPPED";
        if (!Tasks.TryGetValue(arn, out var task))
        {
            task = Tasks[arn] = new(arn) { Containers = [.. (order["containers"]?.AsArray() ?? []).Select(c => Text(c, "name") ?? "")] };
            if (isStop) task.Status = "NONE";
            else if (RunsTasks) _ = StartAsync(task);
        }

        if (!isStop || task.IsStopWanted) return;
        task.IsStopWanted = true;
        if (RunsTasks) _ = StopAsync(task);
    }

    private async Task StartAsync(SimAgentTask task)
    {
        await Task.Delay(StartTakes, clock);
        if (task.IsStopWanted) return;
        task.Status = "RUNNING";
        task.Starts++;
        await submit(new(task.Arn, "RUNNING", [.. task.Containers.Select(c => new SimContainerChange(c, "RUNNING", null))]));
    }

    private async Task StopAsync(SimAgentTask task)
    {
        await Task.Delay(StopTakes, clock);
        await EndAsync(task, task.Status == "RUNNING" ? 143 : null);
    }

    /// <summary>The task's containers end.</summary>
    public async Task EndAsync(SimAgentTask task, int? exitCode)
    {
        if (task.Status == "STOPPED") return;
        task.IsStopWanted = true;
        task.Status = "STOPPED";
        await submit(new(task.Arn, "STOPPED", [.. task.Containers.Select(c => new SimContainerChange(c, "STOPPED", exitCode))]));
    }

    private static string? Text(JsonNode? from, string name) => from?[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? (string?)value : null;
}

/// <summary>A task in the agent's memory.</summary>
public sealed class SimAgentTask(string arn)
{
    public string Arn => arn;
    public string[] Containers { get; init; } = [];
    public string Status { get; set; } = "PENDING";
    public bool IsStopWanted { get; set; }

    /// <summary>How often its containers were started.</summary>
    public int Starts { get; set; }
}

/// <summary>What the agent reports through the API.</summary>
public sealed record SimTaskChange(string Task, string Status, SimContainerChange[] Containers);

public sealed record SimContainerChange(string Name, string Status, int? ExitCode);
