using System.Globalization;
using System.Text.RegularExpressions;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.TaskDefinitions;

/// <summary>What AWS refuses in one container definition.</summary>
internal static partial class ContainerRules
{
    private const int LongestImage = 255;
    private const int MostRanges = 100;
    private const int LeastMemory = 6;
    private const int LeastRestartPeriod = 60;
    private const int MostRestartPeriod = 1800;

    public static bool IsName(string name) => NamePattern().IsMatch(name);

    public static void Check(ContainerDefinition container, NetworkMode mode, int? taskMemory)
    {
        if (string.IsNullOrEmpty(container.Image)) throw new ClientException("Container.image should not be null or empty.");
        if (string.IsNullOrEmpty(container.Name)) throw new ClientException("Container.name should not be null or empty.");
        if (!IsName(container.Name)) throw new ClientException("Container.name contains invalid characters.");
        CheckImage(container.Image);
        CheckMemory(container, taskMemory);
        CheckNetwork(container, mode);
        foreach (var port in container.PortMappings ?? []) CheckPort(container, port, mode);
        CheckPortsTogether(container);
        if (container.HealthCheck is { } check) CheckHealth(container, check);
        if (container.RestartPolicy is { Enabled: true } policy) CheckRestart(container, policy);
        if (container.LogConfiguration is { LogDriver: LogDriver.Awslogs } log) CheckAwslogs(log);
    }

    private static void CheckImage(string image)
    {
        var at = image.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? image : image[..at];
        if (name.Length > LongestImage || (at >= 0 && !DigestPattern().IsMatch(image[(at + 1)..])) || image.Any(char.IsWhiteSpace))
            throw new ClientException("Container.image contains invalid characters.");
    }

    private static void CheckMemory(ContainerDefinition container, int? taskMemory)
    {
        if (taskMemory is null && container.Memory is null && container.MemoryReservation is null)
        {
            throw new ClientException(
                $"Invalid setting for container '{container.Name}'. At least one of 'memory' or 'memoryReservation' must be specified.");
        }

        if (container.Memory is { } memory)
        {
            if (memory < LeastMemory)
                throw new ClientException($"Invalid setting for container '{container.Name}'. 'memory' must be at least {LeastMemory} MiB.");
            if (memory > taskMemory) throw new ClientException("The 'memory' setting for container is greater than for the task.");
            if (container.MemoryReservation is { } reservation && memory <= reservation)
                throw new ClientException($"Invalid setting for container '{container.Name}'. 'memory' must be greater than 'memoryReservation'.");
        }

        if (container.Cpu < 0) throw new ClientException($"Invalid setting for container '{container.Name}'. 'cpu' must not be negative.");
    }

    private static void CheckNetwork(ContainerDefinition container, NetworkMode mode)
    {
        if (mode != NetworkMode.Bridge && container.Links is { Length: > 0 })
            throw new ClientException($"Links are not supported when networkMode={mode.ToWire()}.");
        if (mode == NetworkMode.Awsvpc && !string.IsNullOrEmpty(container.Hostname))
            throw new ClientException("Container hostname is not supported when networkMode=awsvpc.");
        if (mode == NetworkMode.Awsvpc && container.ExtraHosts is { Length: > 0 })
            throw new ClientException("Extra hosts are not supported when networkMode=awsvpc.");
        if (mode == NetworkMode.None && container.PortMappings is { Length: > 0 })
            throw new ClientException("Port mappings are not supported when networkMode=none.");
    }

    private static void CheckPort(ContainerDefinition container, PortMapping port, NetworkMode mode)
    {
        if (port.ContainerPortRange is { } range)
        {
            CheckRange(container, port, range, mode);
            return;
        }

        if (port.ContainerPort is not (> 0 and <= 65535))
            throw new ClientException($"Invalid 'containerPort' setting for container '{container.Name}'.");
        if (port.HostPort is < 0 or > 65535) throw new ClientException($"Invalid 'hostPort' setting for container '{container.Name}'.");
        if (mode is NetworkMode.Awsvpc or NetworkMode.Host && port.HostPort is { } host and > 0 && host != port.ContainerPort)
        {
            throw new ClientException(
                $"When networkMode={mode.ToWire()}, the host ports and container ports in port mappings must match.");
        }

        if (port.Name is { } name && !PortNamePattern().IsMatch(name))
            throw new ClientException($"Invalid port mapping name '{name}' for container '{container.Name}'.");
    }

    private static void CheckRange(ContainerDefinition container, PortMapping port, string range, NetworkMode mode)
    {
        var parts = range.Split('-');
        var isRange = parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first >= 1 && last <= 65535 && first < last;
        if (!isRange || port.HostPort is not null || port.ContainerPort is not null || mode is not (NetworkMode.Bridge or NetworkMode.Awsvpc))
            throw new ClientException($"Invalid 'containerPortRange' setting for container '{container.Name}'.");
    }

    private static void CheckPortsTogether(ContainerDefinition container)
    {
        var mappings = (container.PortMappings ?? []).Where(p => p.ContainerPort is not null);
        foreach (var same in mappings.GroupBy(p => p.ContainerPort))
        {
            if (same.Select(p => p.Protocol ?? TransportProtocol.Tcp).Distinct().Count() > 1)
                throw new ClientException($"Container port {same.Key} of container '{container.Name}' cannot be exposed for several protocols.");
        }

        CheckRangesTogether(container);
    }

    private static void CheckRangesTogether(ContainerDefinition container)
    {
        var ranges = (container.PortMappings ?? []).Select(p => p.ContainerPortRange).OfType<string>()
            .Select(r => r.Split('-')).Select(r => (First: int.Parse(r[0], CultureInfo.InvariantCulture), Last: int.Parse(r[1], CultureInfo.InvariantCulture))).Order().ToArray();
        if (ranges.Length > MostRanges) throw new ClientException($"Container '{container.Name}' has too many port ranges. At most {MostRanges} are allowed.");
        for (var i = 1; i < ranges.Length; i++)
            if (ranges[i].First <= ranges[i - 1].Last) throw new ClientException($"The port ranges of container '{container.Name}' must not overlap.");
    }

    private static void CheckHealth(ContainerDefinition container, HealthCheck check)
    {
        if (check.Command.Length < 2 || check.Command[0] is not ("CMD" or "CMD-SHELL"))
            throw new ClientException($"Invalid health check for container '{container.Name}': the command must start with CMD or CMD-SHELL.");
        Range(check.Interval, 5, 300, "interval");
        Range(check.Timeout, 2, 60, "timeout");
        Range(check.Retries, 1, 10, "retries");
        Range(check.StartPeriod, 0, 300, "startPeriod");

        void Range(int? value, int least, int most, string name)
        {
            if (value < least || value > most)
                throw new ClientException($"Invalid health check for container '{container.Name}': {name} must be between {least} and {most}.");
        }
    }

    private static void CheckRestart(ContainerDefinition container, ContainerRestartPolicy policy)
    {
        if (policy.RestartAttemptPeriod is < LeastRestartPeriod or > MostRestartPeriod)
            throw new ClientException($"Invalid restartAttemptPeriod for container '{container.Name}'. It must be between {LeastRestartPeriod} and {MostRestartPeriod} seconds.");
        if (policy.IgnoredExitCodes is { Length: > 50 })
            throw new ClientException($"Invalid ignoredExitCodes for container '{container.Name}'. At most 50 are allowed.");
    }

    private static void CheckAwslogs(LogConfiguration log)
    {
        string[] needed = ["awslogs-group", "awslogs-region"];
        var missing = needed.Where(o => log.Options is null || !log.Options.ContainsKey(o)).ToArray();
        if (missing.Length > 0) throw new ClientException($"Log driver awslogs requires options: {string.Join(", ", missing)}");
    }

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,255}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();

    [GeneratedRegex("^[a-z0-9_][a-z0-9_-]{0,63}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PortNamePattern();

    [GeneratedRegex("^sha256:[0-9a-f]{64}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DigestPattern();
}
