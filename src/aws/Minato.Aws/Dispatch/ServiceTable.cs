using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Protocols;

namespace Minato.Aws.Dispatch;

/// <summary>The services that have a room, found by what a request shows of itself.</summary>
internal sealed class ServiceTable
{
    private readonly Dictionary<string, ServedService[]> _bySigningName;
    private readonly Dictionary<string, ServedService> _byTarget;
    private readonly ServedService[] _all;

    /// <param name="rooms">Holds the implementations of the services' interfaces. One that can tell what it holds makes a room when it is first called.</param>
    public ServiceTable(IEnumerable<ServiceModel> models, IServiceProvider rooms)
    {
        var known = (IServiceProviderIsService?)rooms.GetService(typeof(IServiceProviderIsService));
        _all = [.. models.Distinct().Where(m => known?.IsService(m.Interface) ?? rooms.GetService(m.Interface) is not null).Select(m => new ServedService(m, rooms))];
        _bySigningName = _all.GroupBy(s => s.Model.SigningName, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        _byTarget = _all.Where(s => s.Model.TargetPrefix is not null)
            .GroupBy(s => s.Model.TargetPrefix ?? "", StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    }

    /// <param name="signingName">From the credential scope, or null.</param>
    /// <param name="targetPrefix">The part of <c>X-Amz-Target</c> before the dot, or the service in an RPC path; or null.</param>
    /// <param name="version">The query protocol's <c>Version</c>, or null.</param>
    public ServedService? Find(string? signingName, string? targetPrefix, string? version)
    {
        if (signingName is null)
        {
            if (targetPrefix is not null) return _byTarget.GetValueOrDefault(targetPrefix);
            return version is null ? null : Array.Find(_all, s => s.Model.ApiVersion == version);
        }
        if (!_bySigningName.TryGetValue(signingName, out var candidates)) return null;
        if (candidates.Length == 1) return candidates[0];
        // Services that share a signing name are told apart by target or version.
        return Array.Find(candidates, s => targetPrefix is not null && s.Model.TargetPrefix == targetPrefix)
            ?? Array.Find(candidates, s => version is not null && s.Model.ApiVersion == version)
            ?? candidates[0];
    }
}

/// <summary>A service and the room that serves it.</summary>
internal sealed record ServedService(ServiceModel Model, IServiceProvider Rooms)
{
    public object Room => field ??= Rooms.GetService(Model.Interface) ?? throw new InvalidOperationException($"Nothing implements {Model.Interface}.");

    private readonly bool _isRest = Model.Protocols.Any(p => p is AwsProtocol.RestJson1 or AwsProtocol.RestXml);
    private RestRouter? _rest;

    public RestRouter? Rest => _isRest ? LazyInitializer.EnsureInitialized(ref _rest, () => new(Model)) : null;
    public bool SpeaksQuery { get; } = Model.Protocols.Any(p => p is AwsProtocol.AwsQuery or AwsProtocol.Ec2Query);
    public bool SpeaksCbor { get; } = Model.Protocols.Contains(AwsProtocol.RpcV2Cbor);

    public WireProtocol RestProtocol => WireProtocol.Of(Model.Protocols.First(p => p is AwsProtocol.RestJson1 or AwsProtocol.RestXml), Model);
}
