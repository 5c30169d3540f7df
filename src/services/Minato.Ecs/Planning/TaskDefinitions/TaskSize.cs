using System.Globalization;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.TaskDefinitions;

/// <summary>Task-level cpu and memory: what may be written, and what Fargate has to offer.</summary>
internal static class TaskSize
{
    private const string InvalidCpu =
        "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
    private const string InvalidMemory =
        "Invalid 'memory' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
    private const int LeastCpu = 128;
    private const int MostCpu = 196608;

    /// <summary>Cpu units, or vCPUs as in <c>.25 vCPU</c>.</summary>
    /// <returns>Units as a number; null when nothing was given.</returns>
    public static int? Cpu(string? text, bool checkRange = true)
    {
        if (string.IsNullOrEmpty(text)) return null;
        var units = Number(text, "vcpu", 1024) ?? throw new ClientException(InvalidCpu);
        return checkRange && units is < LeastCpu or > MostCpu ? throw new ClientException(InvalidCpu) : units;
    }

    /// <summary>MiB, or GB as in <c>.5 GB</c>.</summary>
    public static int? Memory(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        return Number(text, "gb", 1024) is { } mib and > 0 ? mib : throw new ClientException(InvalidMemory);
    }

    public static void RequireFargatePair(int? cpu, int? memory)
    {
        if (cpu is not { } c) throw new ClientException("Fargate requires that 'cpu' be defined at the task level.");
        if (memory is not { } m) throw new ClientException("Fargate requires that 'memory' be defined at the task level.");
        if (!IsFargatePair(c, m)) throw new ClientException($"No Fargate configuration exists for given values: {c} CPU, {m} memory");
    }

    public static bool IsFargatePair(int cpu, int memory) => cpu switch
    {
        256 => memory is 512 or 1024 or 2048,
        512 => InSteps(memory, 1024, 4096, 1024),
        1024 => InSteps(memory, 2048, 8192, 1024),
        2048 => InSteps(memory, 4096, 16384, 1024),
        4096 => InSteps(memory, 8192, 30720, 1024),
        8192 => InSteps(memory, 16384, 61440, 4096),
        16384 => InSteps(memory, 32768, 122880, 8192),
        _ => false,
    };

    private static bool InSteps(int memory, int least, int most, int step) =>
        memory >= least && memory <= most && (memory - least) % step == 0;

    private static int? Number(string text, string unit, int factor)
    {
        var trimmed = text.Trim();
        if (int.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var plain)) return plain;
        if (!trimmed.EndsWith(unit, StringComparison.OrdinalIgnoreCase)) return null;
        var number = trimmed.AsSpan(0, trimmed.Length - unit.Length).Trim();
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value <= 1_000_000
            ? (int)(value * factor) : null;
    }
}
