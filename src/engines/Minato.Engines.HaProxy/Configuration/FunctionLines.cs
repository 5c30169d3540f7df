using Minato.Engines.Functions;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>The backend of a function: its requests name their door, and an answer that is not the function's becomes a page of ours.</summary>
internal static class FunctionLines
{
    private static readonly int[] s_faults = [400, 413, 502, 503];

    public static IEnumerable<string> Of(string backend) =>
    [
        $"http-request set-header {IFunctionEntrance.DoorHeader} {backend}",
        .. s_faults.Select(f => $"http-response return {Pages.Return(f)} if {{ status {f} }} {{ res.hdr({IFunctionEntrance.FaultHeader}) -m found }}"),
    ];
}
