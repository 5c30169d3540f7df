using Microsoft.AspNetCore.Http;
using Minato.Engines.Sessions;

namespace Minato.Server;

/// <summary>Where sessions of ExecuteCommand open their data channel. It is not signed: the token in the first frame admits.</summary>
internal sealed class SessionEndpoint(SessionGate gate)
{
    public static bool IsMeant(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest && context.Request.Path.Value?.StartsWith(SessionPath.Prefix, StringComparison.Ordinal) is true;

    public void Close() => gate.Close();

    public async Task HandleAsync(HttpContext context)
    {
        var id = context.Request.Path.Value?[SessionPath.Prefix.Length..] ?? "";
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await gate.RunAsync(socket, id, context.RequestAborted);
    }
}
