using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Minato.Server;

/// <summary>
/// <c>installation.json</c> in the data directory: who this installation is. Made at first start, mode 0600: it holds the root key
/// and the secret that tokens are sealed with.
/// </summary>
public sealed record InstallationFile
{
    public required string Id { get; init; }
    public required string AccountId { get; init; }
    public required RootKeyFile RootKey { get; init; }

    /// <summary>32 random bytes.</summary>
    public required byte[] Secret { get; init; }

    /// <summary>The port it has or had last, so that it comes back where clients look for it.</summary>
    public int? Port { get; init; }

    /// <summary>Where the proxy finds load balancers by Host header; it outlives the server, so the port stays the same.</summary>
    public required int SharedProxyPort { get; init; }

    /// <summary>Where DNS answers, over UDP and TCP. It stays the same, so that resolvers may be told.</summary>
    public int DnsPort { get; init; }

    /// <summary>Names of what was in the directory before it was this installation's; it is not Minato's to remove.</summary>
    public string[]? Others { get; init; }

    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "installation.json");

    public static InstallationFile? Find(string dataDirectory) => PrivateFile.Read(PathIn(dataDirectory), HostJson.Default.InstallationFile);

    internal static InstallationFile Open(ServerOptions options)
    {
        var found = Find(options.DataDirectory);
        if (found is not null && options.AccountId is { } account && account != found.AccountId)
            throw new ServerStartException($"the installation in {options.DataDirectory} belongs to account {found.AccountId}; --account can only be chosen at first start.");
        var file = found ?? new()
        {
            Id = RandomNumberGenerator.GetHexString(8, lowercase: true),
            AccountId = options.AccountId ?? ServerOptions.DefaultAccountId,
            RootKey = options.Credentials ?? RootKeyFile.New(),
            Secret = RandomNumberGenerator.GetBytes(32),
            SharedProxyPort = LoopbackPort.Free(0),
            Others = DataDirectory.OthersIn(options.DataDirectory),
        };
        file = file with { RootKey = options.Credentials ?? file.RootKey, Port = options.Port ?? file.Port };
        file = file with { Port = LoopbackPort.Free(file.Port ?? ServerOptions.DefaultPort) };
        file = file with { DnsPort = options.DnsPort ?? (file.DnsPort > 0 ? file.DnsPort : LoopbackPort.FreeForDns(ServerOptions.DefaultDnsPort)) };
        try
        {
            if (file != found) PrivateFile.Write(PathIn(options.DataDirectory), file, HostJson.Default.InstallationFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataDirectory.CannotWrite(options.DataDirectory, e);
        }
        return file;
    }
}

public sealed record RootKeyFile(string AccessKeyId, string SecretAccessKey)
{
    internal static RootKeyFile New() => new(
        $"AKIA{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}",
        RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 40));
}

/// <summary><c>server.json</c>: the server that runs now, for those who look for it by data directory.</summary>
/// <param name="ProcessStart">As <see cref="StartOf"/> has it; null in the file of an older server.</param>
public sealed record RunningFile(int ProcessId, DateTimeOffset ProcessStartedAt, Uri Endpoint, string? ProcessStart = null)
{
    private static string PathIn(string dataDirectory) => Path.Combine(dataDirectory, "server.json");

    public static RunningFile? Find(string dataDirectory) => PrivateFile.Read(PathIn(dataDirectory), HostJson.Default.RunningFile);

    /// <summary>When a process was started, as the kernel counts it: the number of a process may be given again, and clocks are set while it runs.</summary>
    /// <returns>Null when there is none, or only a dead one that nobody has waited for.</returns>
    public static string? StartOf(int processId)
    {
        const int start = 19;
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // In front of it is a name that may have anything in it.
            return fields[0] is "Z" ? null : $"{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()} {fields[start]}";
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <exception cref="ServerStartException">It cannot be written.</exception>
    internal void Write(string dataDirectory)
    {
        try
        {
            PrivateFile.Write(PathIn(dataDirectory), this, HostJson.Default.RunningFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataDirectory.CannotWrite(dataDirectory, e);
        }
    }

    internal static void Delete(string dataDirectory) => File.Delete(PathIn(dataDirectory));
}

[JsonSerializable(typeof(InstallationFile))]
[JsonSerializable(typeof(RunningFile))]
[JsonSerializable(typeof(RegistryClaimFile))]
[JsonSourceGenerationOptions(WriteIndented = true)]
internal sealed partial class HostJson : JsonSerializerContext;
