using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Writes the rules of a listener. They are tried in order: a forward notes its backend and ends the trying, the other actions
/// answer at once. From where on there are but plain forwards, they are what HAProxy chooses a backend by, without anything noted.
/// </summary>
internal sealed class RuleWriter(Action<string> line, IReadOnlySet<string> knownBackends)
{
    /// <summary>Where connections end that nobody is to have.</summary>
    public const string Closed = "m_closed";

    private const string Chosen = "{ var(txn.be) -m found }";

    public ImmutableSortedDictionary<string, string>.Builder Files { get; } =
        ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);

    public void Write(ProxyListener listener)
    {
        var ordered = listener.Rules.OrderBy(r => r.Priority).ToList();
        var noted = ordered.Count - PlainAtTheEnd(listener, ordered);
        foreach (var rule in ordered.Take(noted)) WriteAction(rule.Action, rule.Rewrites, listener, Weights.RuleName(rule), When(rule));
        var fallback = noted < ordered.Count && AnswersBehind(listener) ? ConfigurationWriter.AnswerName(listener.Id) : WriteDefault(listener);
        if (listener.Rules.Select(r => r.Action).Append(listener.DefaultAction).Any(a => a is ProxyAction.Forward { Stickiness: not null })) StickinessWriter.WriteGroupAnswer(line);
        if (noted > 0 || fallback == Weights.NoBackend) line($"use_backend %[var(txn.be)] if {Chosen}");
        WritePlain(ordered.Skip(noted));
        line($"default_backend {fallback}");
    }

    private void WritePlain(IEnumerable<ProxyRule> rules)
    {
        foreach (var (row, lookup) in RuleLookup.Of(rules, Target))
        {
            if (lookup is null)
            {
                foreach (var rule in row) line($"use_backend {Target(rule)}{When(rule)}");
                continue;
            }
            var found = $"{lookup.Sample},map_beg({Files.Add("rules", Maps.FileText(lookup.Entries), "map")})";
            line($"use_backend %[{found}] if {{ {found} -m found }}");
        }

        string Target(ProxyRule rule) => BackendOf(((ProxyAction.Forward)rule.Action).Backends[0].Backend);
    }

    /// <summary>Whether the default answers by itself, and may do so in a backend: HAProxy chooses one after all else that a listener says.</summary>
    public static bool AnswersBehind(ProxyListener listener) =>
        listener is { DefaultAction: not ProxyAction.Forward, TellsAll: false } && listener.Rules.MaxBy(r => r.Priority) is { } last && IsPlain(last);

    public void WriteAnswerBehind(ProxyListener listener) => WriteAnswer(listener.DefaultAction, listener, "");

    // Shares are drawn before a backend is chosen: a default with shares would draw one for every request of the rules, too.
    private static int PlainAtTheEnd(ProxyListener listener, List<ProxyRule> ordered) =>
        AnswersBehind(listener) || (!listener.TellsAll && listener.DefaultAction is ProxyAction.Forward forward && Weights.IsDirect(forward)) ? ordered.AsEnumerable().Reverse().TakeWhile(IsPlain).Count() : 0;

    private static bool IsPlain(ProxyRule rule) => rule is { Action: ProxyAction.Forward forward, Rewrites.IsEmpty: true, Conditions.IsEmpty: false } && Weights.IsDirect(forward);

    private static string When(ProxyRule rule) => rule.Conditions.IsEmpty ? "" : $" if {string.Join(' ', rule.Conditions.Select(ConditionWriter.Write))}";

    /// <summary>Which backend a connection goes to. Shares are drawn as those of requests are.</summary>
    public void WriteConnections(ProxyListener listener)
    {
        var forward = listener.DefaultAction as ProxyAction.Forward;
        if (forward is not null && Weights.IsDirect(forward) && knownBackends.Contains(forward.Backends[0].Backend))
        {
            line($"default_backend {BackendOf(forward.Backends[0].Backend)}");
            return;
        }
        if (forward is not null && !Weights.IsDirect(forward))
        {
            var map = Weights.MapName(listener, Weights.DefaultRule);
            Files[map] = Maps.FileText(Weights.Ranges(forward, knownBackends));
            line($"tcp-request content track-sc0 int({CounterOf(map)}) table m_tickets");
            line($"tcp-request content set-var(sess.be) sc0_inc_gpc0(m_tickets),mul({Weights.Stride}),mod({Weights.Tickets}),map_int({map},{Closed})");
            line("use_backend %[var(sess.be)] if { var(sess.be) -m found }");
        }
        line($"default_backend {Closed}");
    }

    private string WriteDefault(ProxyListener listener)
    {
        if (listener.DefaultAction is ProxyAction.Forward forward && Weights.IsDirect(forward)) return BackendOf(forward.Backends[0].Backend);
        WriteAction(listener.DefaultAction, [], listener, Weights.DefaultRule, "");
        return Weights.NoBackend;
    }

    private void WriteAction(ProxyAction action, ImmutableArray<ProxyRewrite> rewrites, ProxyListener listener, string name, string when)
    {
        switch (action)
        {
            case ProxyAction.Forward forward:
                if (Weights.IsDirect(forward)) line($"http-request set-var(txn.be) str({BackendOf(forward.Backends[0].Backend)}){when}");
                else WriteWeighted(forward, Weights.MapName(listener, name), when);
                // Only now: what a request becomes does not change which rule takes it.
                foreach (var rewrite in rewrites) line($"http-request {Rewrite(rewrite)} if {Chosen}");
                if (listener.TellsAll && name != Weights.DefaultRule) line($"http-request set-var(txn.rule) int({name}) if {Chosen}");
                line($"http-request allow if {Chosen}");
                break;
            default:
                if (listener.TellsAll && name != Weights.DefaultRule) line($"http-request set-var(txn.rule) int({name}){when}");
                WriteAnswer(action, listener, when);
                break;
        }
    }

    private void WriteAnswer(ProxyAction action, ProxyListener listener, string when)
    {
        switch (action)
        {
            case ProxyAction.FixedResponse fixedResponse:
                line($"http-request return {FixedResponse(fixedResponse)}{when}");
                break;
            case ProxyAction.Redirect redirect:
                RedirectWriter.Write(line, redirect, listener, when);
                break;
        }
    }

    private static string Rewrite(ProxyRewrite rewrite) =>
        $"{(rewrite.Part is RewrittenPart.Host ? "replace-header Host" : "replace-pathq")} {Pattern.Replacing(rewrite.Regex, rewrite.Replacement)}";

    private void WriteWeighted(ProxyAction.Forward forward, string map, string when)
    {
        Files[map] = Maps.FileText(Weights.Ranges(forward, knownBackends));
        if (forward.Stickiness is { } duration)
        {
            StickinessWriter.WriteGroup(line, duration, WriteBackends(forward), when);
            when = StickinessWriter.HasNoBackendYet;
        }
        line($"http-request track-sc0 int({CounterOf(map)}) table m_tickets{when}");
        line($"http-request set-var(txn.be) sc0_inc_gpc0(m_tickets),mul({Weights.Stride}),mod({Weights.Tickets}),map_int({map},{Weights.NoBackend}){when}");
    }

    /// <summary>The backends that a client may stay with.</summary>
    private string WriteBackends(ProxyAction.Forward forward) => Files.Add(
        "backends", Maps.FileText(forward.Backends.Where(b => knownBackends.Contains(b.Backend)).Select(b => BackendOf(b.Backend)).Distinct().Select(b => new MapEntry(b, b))), "map");

    private string FixedResponse(ProxyAction.FixedResponse response)
    {
        var status = Math.Clamp(response.Status, 200, 599).ToString(CultureInfo.InvariantCulture);
        if (string.IsNullOrEmpty(response.Body)) return $"status {status} {Pages.ServerHeader}";
        var type = response.ContentType is { } given && Safe.IsContentType(given) ? given : "text/plain";
        return $"status {status} content-type '{type}' file {Files.Add("body", response.Body, "txt")} {Pages.ServerHeader}";
    }

    private string BackendOf(string id) => knownBackends.Contains(id) ? ConfigurationWriter.BackendName(id) : Weights.NoBackend;

    /// <summary>A counter of its own for every weighted action, the same one in every worker.</summary>
    private static uint CounterOf(string map) => BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(map))) & 0x7fff_ffff;
}
