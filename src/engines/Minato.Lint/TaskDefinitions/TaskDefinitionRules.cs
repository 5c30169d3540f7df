using System.Text.Json;
using System.Text.RegularExpressions;
using Minato.Lint.Rules;

namespace Minato.Lint.TaskDefinitions;

/// <summary>Rules of task definitions, in the JSON that <c>register-task-definition</c> takes and <c>describe-task-definition</c> answers.</summary>
internal static partial class TaskDefinitionRules
{
    private const int MaxLength = 4 << 20;
    private static readonly string[] s_ruling = ["SYS_ADMIN", "NET_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "ALL"];
    private static readonly string[] s_secretNames = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL"];

    public static List<LintFinding> Check(string json, string file)
    {
        var findings = new List<LintFinding>();
        void Tell(string code, string message) => findings.Add(new(RuleBook.Of(code), file, 0, message));
        if (json.Length > MaxLength)
        {
            Tell("MIN2000", $"The file has {json.Length} characters; {MaxLength} are read.");
            return findings;
        }

        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var root = document.RootElement;
            if (root.ValueKind is JsonValueKind.Object && root.TryGetProperty("taskDefinition", out var inner)) root = inner;
            var containers = Items(root, "containerDefinitions");
            if (containers.Count == 0) Tell("MIN2000", "It has no containerDefinitions.");
            else Task(root, containers, Tell);
        }
        catch (JsonException e)
        {
            Tell("MIN2000", $"It is no JSON: {e.Message}");
        }

        return findings;
    }

    private static void Task(JsonElement task, IReadOnlyList<JsonElement> containers, Action<string, string> tell)
    {
        if (Text(task, "pidMode") == "host" || Text(task, "ipcMode") == "host") tell("MIN2012", "pidMode or ipcMode is host.");
        if (Text(task, "networkMode") == "host") tell("MIN2014", "networkMode is host.");
        if (Text(task, "taskRoleArn") is null) tell("MIN2015", "There is no taskRoleArn.");
        foreach (var volume in Items(task, "volumes"))
        {
            if (volume.TryGetProperty("host", out var host) && Text(host, "sourcePath") is { } path && path.TrimEnd('/') is "/var/run/docker.sock" or "/run/docker.sock" or "/var/run" or "")
                tell("MIN2013", $"The volume {Text(volume, "name")} is {path} of the machine.");
        }

        var healthy = containers.Where(c => c.TryGetProperty("healthCheck", out _)).Select(c => Text(c, "name")).ToHashSet();
        foreach (var container in containers)
        {
            var name = Text(container, "name") ?? "?";
            Safety(container, name, tell);
            Resources(task, container, name, tell);
            Running(container, name, tell);
            foreach (var wait in Items(container, "dependsOn").Where(d => Text(d, "condition") == "START" && healthy.Contains(Text(d, "containerName"))))
                tell("MIN2017", $"{name} waits for the start of {Text(wait, "containerName")}, which could say when it is healthy.");
        }
    }

    private static void Safety(JsonElement container, string name, Action<string, string> tell)
    {
        if (IsTrue(container, "privileged")) tell("MIN2008", $"{name} is privileged.");
        if (!IsTrue(container, "readonlyRootFilesystem")) tell("MIN2004", $"{name} may write to its root file system.");
        if (Text(container, "user") is not { } user) tell("MIN2009", $"{name} sets no user.");
        else if (user.Split(':')[0] is "root" or "0") tell("MIN2009", $"{name} runs as {user}.");
        foreach (var variable in Items(container, "environment"))
        {
            var (key, value) = (Text(variable, "name") ?? "", Text(variable, "value") ?? "");
            var isNamed = s_secretNames.Any(n => key.Contains(n, StringComparison.OrdinalIgnoreCase)) && !key.EndsWith("_FILE", StringComparison.OrdinalIgnoreCase) && !key.EndsWith("_ARN", StringComparison.OrdinalIgnoreCase)
                && value.Length > 0 && !value.StartsWith('/') && !value.StartsWith("arn:", StringComparison.Ordinal);
            if (isNamed || KnownSecret().IsMatch(value)) tell("MIN2005", $"{key} of {name} is in plain text.");
        }

        if (!container.TryGetProperty("linuxParameters", out var linux) || !IsTrue(linux, "initProcessEnabled")) tell("MIN2016", $"{name} has no init.");
        if (linux.ValueKind is JsonValueKind.Object && linux.TryGetProperty("capabilities", out var capabilities) && capabilities.ValueKind is JsonValueKind.Object && capabilities.TryGetProperty("add", out var added) && added.ValueKind is JsonValueKind.Array)
        {
            foreach (var capability in added.EnumerateArray().Where(c => c.ValueKind is JsonValueKind.String).Select(c => c.GetString() ?? "").Where(c => s_ruling.Contains(c)))
                tell("MIN2011", $"{name} has the capability {capability}.");
        }
    }

    private static void Resources(JsonElement task, JsonElement container, string name, Action<string, string> tell)
    {
        if (!Has(task, "memory") && !Has(container, "memory")) tell("MIN2002", $"{name} has no limit of memory.");
        if (!Has(task, "cpu") && !Has(container, "cpu")) tell("MIN2003", $"{name} reserves no CPU.");
    }

    private static void Running(JsonElement container, string name, Action<string, string> tell)
    {
        var isEssential = !container.TryGetProperty("essential", out var essential) || essential.ValueKind is not JsonValueKind.False;
        if (isEssential && !container.TryGetProperty("healthCheck", out _)) tell("MIN2001", $"{name} has no health check.");
        if (!container.TryGetProperty("logConfiguration", out _)) tell("MIN2006", $"{name} has no log configuration.");
        if (isEssential && !Has(container, "stopTimeout")) tell("MIN2007", $"{name} sets no stopTimeout.");
        if (Text(container, "image") is { } image && !image.Contains("@sha256:", StringComparison.Ordinal))
        {
            var colon = image.LastIndexOf(':');
            var tag = colon > image.LastIndexOf('/') ? image[(colon + 1)..] : "";
            if (tag is "" or "latest") tell("MIN2010", $"{name} runs {image}, whatever that is when a task starts.");
        }
    }

    private static List<JsonElement> Items(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(i => i.ValueKind is JsonValueKind.Object)] : [];

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static bool Has(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null && value.ToString() is not ("0" or "");

    private static bool IsTrue(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    [GeneratedRegex(@"\bAKIA[A-Z2-7]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|-----BEGIN [A-Z ]*PRIVATE KEY-----", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex KnownSecret();
}
