using System.Collections.Concurrent;
using Minato.Aws.Dispatch;

namespace Minato.Iam;

internal sealed record KeyUse(DateTimeOffset At, string Service, string Region);

/// <summary>
/// When access keys were last used, since the server started: that is told to people who look for forgotten keys, and is not worth a write of the
/// journal with every call.
/// </summary>
internal sealed class KeyUses : ICallObserver
{
    private const int MostKept = 10_000;
    private readonly ConcurrentDictionary<string, KeyUse> _last = new(StringComparer.Ordinal);

    public KeyUse? Of(string accessKeyId) => _last.GetValueOrDefault(accessKeyId);

    public void Observe(CallRecord call)
    {
        if (call.Caller is not { AccessKeyId: { } key, Session: null, Region: var region } || call.Caller.PrincipalArn.EndsWith(":root", StringComparison.Ordinal)) return;
        if (_last.Count >= MostKept) _last.Clear();
        _last[key] = new(call.At, call.Service.SigningName, region);
    }
}
