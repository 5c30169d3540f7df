using System.Net;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    private static readonly string[] TerminalEnvironment = ["TERM=xterm-256color"];

    public async ValueTask<ExecOutcome> ExecAsync(string containerId, ExecSpec spec, CancellationToken ct)
    {
        if (await FindOwnAsync(containerId, ct) is not { } id) return new ExecOutcome.NotRunning();
        try
        {
            var body = new CreateExecBody
            {
                AttachStdin = true, AttachStdout = true, AttachStderr = true, Tty = true,
                User = spec.User, Env = TerminalEnvironment, Cmd = [.. spec.Command],
            };
            var exec = await docker.PostAsync($"/containers/{id}/exec", body,
                DockerJson.Default.CreateExecBody, DockerJson.Default.CreateContainerAnswer, ct);
            var connection = await docker.HijackAsync(
                $"/exec/{exec.Id}/start", new(Detach: false, Tty: true), DockerJson.Default.StartExecBody, ct);
            return new ExecOutcome.Started(new DockerProcess(docker, id, exec.Id, connection, await connection.Content.ReadAsStreamAsync(ct)));
        }
        catch (DockerException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            return new ExecOutcome.NotRunning();
        }
        catch (DockerException e)
        {
            return Words.IsEngineBroken(e.Message) ? throw docker.Away(e) : new ExecOutcome.Refused(e.Message);
        }
    }
}
