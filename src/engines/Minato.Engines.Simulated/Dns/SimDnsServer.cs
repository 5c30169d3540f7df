using Minato.Engines.Dns;
using Minato.Engines.Inside;

namespace Minato.Engines.Simulated;

/// <summary>Answers the tasks and hosts of the simulated world without packets. It dies with the process that opened it.</summary>
public sealed class SimDnsServer : IDnsServer
{
    private readonly HashSet<InsideNetwork.Bridge> _open = [];
    private readonly DnsReply _reply = new(1);
    private IDnsAnswers? _answers;

    public DnsServerStatus Status => _answers is null ? new(null, "nothing is served yet") : new("127.0.0.1:53", null);

    public IReadOnlyCollection<InsideNetwork.Bridge> Open => _open;

    public void Serve(IDnsAnswers answers) => _answers = answers;

    public ValueTask<OpenOutcome> OpenAsync(InsideNetwork.Bridge network, CancellationToken ct)
    {
        _open.Add(network);
        return ValueTask.FromResult<OpenOutcome>(new OpenOutcome.Open());
    }

    public ValueTask RemoveAsync(CancellationToken ct)
    {
        _open.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Asks as somebody at an address would. The reply is good until the next question.</summary>
    public DnsReply Ask(string name, ushort type, string source = "127.0.0.1")
    {
        _reply.Clear();
        if (_answers is null) _reply.Result = DnsResult.ServerFailure;
        else _answers.Answer(new(DnsName.Parse(name).Wire, type, DnsSource.Of(System.Net.IPAddress.Parse(source))), _reply);
        return _reply;
    }
}
