using System.Collections.Frozen;
using System.Globalization;

namespace Minato.Ec2.Planning;

/// <param name="Interfaces">Network interfaces it can have, its own among them.</param>
internal sealed record InstanceTypeFacts(string Name, int VCpus, int MemoryMiB, int Interfaces, string Architecture, string? Gpu, int Gpus);

/// <summary>Sizes of common instance types. Facts of AWS: a family has so much memory a vCPU, a size so many vCPUs and interfaces.</summary>
internal static class InstanceTypes
{
    private const int Gibibyte = 1024;
    private const string Intel = "x86_64";
    private const string Graviton = "arm64";

    private static readonly (string Size, int VCpus, int Interfaces)[] s_sizes =
    [
        ("medium", 1, 2), ("large", 2, 3), ("xlarge", 4, 4), ("2xlarge", 8, 4), ("4xlarge", 16, 8), ("8xlarge", 32, 8), ("9xlarge", 36, 8),
        ("12xlarge", 48, 8), ("16xlarge", 64, 15), ("18xlarge", 72, 15), ("24xlarge", 96, 15),
    ];

    private static readonly (string Family, int GibibytesPerVcpu, string Architecture, string Sizes)[] s_families =
    [
        ("m5", 4, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("m5a", 4, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("m6i", 4, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("m7i", 4, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("m6g", 4, Graviton, "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"),
        ("m7g", 4, Graviton, "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"),
        ("c5", 2, Intel, "large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge"),
        ("c6i", 2, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("c7i", 2, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("c6g", 2, Graviton, "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"),
        ("c7g", 2, Graviton, "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"),
        ("r5", 8, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("r6i", 8, Intel, "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"),
        ("r6g", 8, Graviton, "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"),
        ("r7g", 8, Graviton, "medium large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge"),
    ];

    private static readonly InstanceTypeFacts[] s_others =
    [
        new("t2.nano", 1, Gibibyte / 2, 2, Intel, null, 0), new("t2.micro", 1, Gibibyte, 2, Intel, null, 0),
        new("t2.small", 1, 2 * Gibibyte, 3, Intel, null, 0), new("t2.medium", 2, 4 * Gibibyte, 3, Intel, null, 0),
        new("t2.large", 2, 8 * Gibibyte, 3, Intel, null, 0), new("t2.xlarge", 4, 16 * Gibibyte, 3, Intel, null, 0),
        new("t2.2xlarge", 8, 32 * Gibibyte, 3, Intel, null, 0),
        .. Burstable("t3", Intel), .. Burstable("t3a", Intel), .. Burstable("t4g", Graviton),
        new("g4dn.xlarge", 4, 16 * Gibibyte, 3, Intel, "T4", 1), new("g4dn.2xlarge", 8, 32 * Gibibyte, 3, Intel, "T4", 1),
        new("g4dn.4xlarge", 16, 64 * Gibibyte, 3, Intel, "T4", 1), new("g4dn.8xlarge", 32, 128 * Gibibyte, 4, Intel, "T4", 1),
        new("g4dn.12xlarge", 48, 192 * Gibibyte, 8, Intel, "T4", 4), new("p3.2xlarge", 8, 61 * Gibibyte, 4, Intel, "V100", 1),
        new("p3.8xlarge", 32, 244 * Gibibyte, 8, Intel, "V100", 4),
    ];

    public static FrozenDictionary<string, InstanceTypeFacts> All { get; } =
        s_families.SelectMany(OfFamily).Concat(s_others).ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    private static IEnumerable<InstanceTypeFacts> OfFamily((string Family, int GibibytesPerVcpu, string Architecture, string Sizes) family)
    {
        var sizes = family.Sizes.Split(' ');
        return s_sizes.Where(s => sizes.Contains(s.Size)).Select(s => new InstanceTypeFacts(
            string.Create(CultureInfo.InvariantCulture, $"{family.Family}.{s.Size}"), s.VCpus, s.VCpus * family.GibibytesPerVcpu * Gibibyte,
            s.Interfaces, family.Architecture, null, 0));
    }

    private static InstanceTypeFacts[] Burstable(string family, string architecture) =>
    [
        new(family + ".nano", 2, Gibibyte / 2, 2, architecture, null, 0), new(family + ".micro", 2, Gibibyte, 2, architecture, null, 0),
        new(family + ".small", 2, 2 * Gibibyte, 3, architecture, null, 0), new(family + ".medium", 2, 4 * Gibibyte, 3, architecture, null, 0),
        new(family + ".large", 2, 8 * Gibibyte, 3, architecture, null, 0), new(family + ".xlarge", 4, 16 * Gibibyte, 4, architecture, null, 0),
        new(family + ".2xlarge", 8, 32 * Gibibyte, 4, architecture, null, 0),
    ];
}
