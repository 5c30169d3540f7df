using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Minato.Engines.Scanner.Worker;

/// <summary>Tries what a worker must not be able to do, from inside of it: what the machine's kernel really refuses.</summary>
internal static class Probe
{
    public static async Task<int> RunAsync(Stream output)
    {
        // Loaded before the walls stand: the probe is of what it does, not of what it is made of.
        using (new Process()) { }
        Sandbox.Enter();
        var text = new StringBuilder();
        text.Append("write: ").Append(IsRefused(() => File.WriteAllText(Path.Combine(Path.GetTempPath(), $"minato-probe-{Environment.ProcessId}"), "x"))).Append('\n');
        text.Append("socket: ").Append(IsRefused(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp).Dispose())).Append('\n');
        text.Append("program: ").Append(IsRefused(() => Process.Start("/bin/true").Dispose())).Append('\n');
        await output.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()));
        return 0;
    }

    private static string IsRefused(Action attempt)
    {
        try
        {
            attempt();
            return "done";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or Win32Exception)
        {
            return "refused";
        }
    }
}
