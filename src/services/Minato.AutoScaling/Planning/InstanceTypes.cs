using System.Globalization;

namespace Minato.AutoScaling.Planning;

/// <summary>What an instance type brings. Families of EC2 keep memory to vCPU in a fixed ratio.</summary>
internal static class InstanceTypes
{
    private const int CpuUnits = 1024;
    private const int Gibibyte = 1024;

    public static (int Cpu, int MemoryMiB)? Find(string type)
    {
        if (type.Split('.') is not [{ Length: > 1 } family, var size]) return null;
        if (family[0] == 't') return Burstable(size);
        return GibibytesPerVcpu(family[0]) is { } ratio && Vcpus(size) is { } vcpus ? (vcpus * CpuUnits, vcpus * ratio * Gibibyte) : null;
    }

    private static int? GibibytesPerVcpu(char family) => family switch { 'c' => 2, 'm' => 4, 'r' => 8, _ => null };

    private static int? Vcpus(string size) => size switch
    {
        "medium" => 1,
        "large" => 2,
        "xlarge" => 4,
        _ when size.EndsWith("xlarge", StringComparison.Ordinal)
            && int.TryParse(size.AsSpan(0, size.Length - "xlarge".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            && times is > 1 and <= 48 => times * 4,
        _ => null,
    };

    private static (int Cpu, int MemoryMiB)? Burstable(string size) => size switch
    {
        "nano" => (2 * CpuUnits, 512),
        "micro" => (2 * CpuUnits, Gibibyte),
        "small" => (2 * CpuUnits, 2 * Gibibyte),
        "medium" => (2 * CpuUnits, 4 * Gibibyte),
        "large" => (2 * CpuUnits, 8 * Gibibyte),
        "xlarge" => (4 * CpuUnits, 16 * Gibibyte),
        "2xlarge" => (8 * CpuUnits, 32 * Gibibyte),
        _ => null,
    };
}
