using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Minato.Migration.Plans;

/// <summary>Reads a plan file. Strict: what is not understood is refused, with its line.</summary>
internal static partial class PlanReader
{
    public const int MaxCharacters = 1 << 20;
    private const int MostTargets = 1000;
    private const int MostStages = 50;
    private const int MostAlarms = 100;
    private static readonly TimeSpan s_year = TimeSpan.FromDays(365);

    /// <exception cref="PlanException">Names every fault.</exception>
    public static MigrationPlan Read(string text)
    {
        List<string> faults = [];
        var plan = ReadRoot(new(Parse(text), "the plan", faults));
        return faults.Count == 0 ? plan : throw new PlanException([.. faults.Order(NumericFirst.Instance)]);
    }

    private static YamlNode Parse(string text)
    {
        if (text.Length > MaxCharacters) throw new PlanException([$"line 1: a plan has at most {MaxCharacters} characters."]);
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents is [var only] ? only.RootNode : throw new PlanException(["line 1: a plan file holds one document."]);
        }
        catch (YamlException e)
        {
            throw new PlanException([string.Create(CultureInfo.InvariantCulture, $"line {e.Start.Line}: {e.Message}")]);
        }
    }

    private static MigrationPlan ReadRoot(YamlSection root)
    {
        var name = root.Required("migration");
        if (name.Length > 0 && !NameForm().IsMatch(name)) root.Fault("migration", "migration must be 1 to 24 letters, digits and hyphens: target groups are named after it.");
        var entry = ReadEntry(root.RequiredSection("entry"));
        var plan = new MigrationPlan
        {
            Name = name,
            Old = ReadOld(root.Section("old"), root, entry),
            New = ReadNew(root.RequiredSection("new")),
            Entry = entry,
            Test = ReadTest(root.Section("test"), entry),
            Stages = ReadStages(root),
            Gates = root.Section("gates") is { } gates ? ReadGates(gates) : new(),
            Mirror = root.Section("mirror") is { } mirror ? ReadMirror(mirror, entry) : null,
            Probes = root.Section("probes") is { } probes ? ReadProbes(probes) : null,
            Tls = root.Section("tls") is { } tls ? ReadTls(tls) : null,
            Timing = root.Section("timing") is { } timing ? ReadTiming(timing) : new(),
        };
        root.End();
        if (plan is { Entry: RecordEntry, Probes: not null } && plan.Mirror is not { OldUrl: not null, NewUrl: not null })
            root.Fault("with a record as entry, probes need oldUrl and newUrl under mirror: a name cannot tell the sides apart.");
        return plan;
    }

    private static Entry ReadEntry(YamlSection entry)
    {
        Entry read = new ListenerRuleEntry("", 0, null);
        if (entry.Section("record") is { } record)
        {
            var type = record.Text("type") ?? "A";
            if (type is not ("A" or "AAAA" or "CNAME")) record.Fault("type", "type must be A, AAAA or CNAME.");
            read = new RecordEntry(
                record.Required("zone"), record.Required("name").TrimEnd('.').ToLowerInvariant() + ".", type, record.Required("loadBalancer"),
                record.Time("ttl", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)));
            record.End();
            if (entry.Has("listenerRule")) entry.Fault("entry is a listenerRule or a record, not both.");
        }
        else if (entry.Section("listenerRule") is { } rule)
        {
            read = new ListenerRuleEntry(rule.Required("loadBalancer"), rule.Whole("port", 443, 1, 65535), ReadRule(rule));
            rule.End();
        }
        else
        {
            entry.Fault("entry needs a listenerRule or a record.");
        }

        entry.End();
        return read;
    }

    private static int? ReadRule(YamlSection section)
    {
        var text = section.Text("rule") ?? "default";
        if (text is "default") return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var priority) && priority is >= 1 and <= 50000) return priority;
        section.Fault("rule", "rule must be default, or the priority of a rule.");
        return null;
    }

    private static OldSide ReadOld(YamlSection? old, YamlSection root, Entry entry)
    {
        if (old is null)
        {
            if (entry is ListenerRuleEntry) root.Fault("the plan needs old.");
            return new();
        }

        var side = new OldSide
        {
            TargetGroup = old.Text("targetGroup"),
            ClassicLoadBalancer = old.Text("classicLoadBalancer"),
            Targets = [.. old.Texts("targets", MostTargets).Select(t => ReadTarget(t, old)).OfType<OldTarget>()],
            HealthPath = ReadPath(old, "healthPath"),
        };
        old.End();
        var named = (side.TargetGroup is null ? 0 : 1) + (side.ClassicLoadBalancer is null ? 0 : 1) + (side.Targets.IsEmpty ? 0 : 1);
        if (named != 1) old.Fault("old needs exactly one of targets, targetGroup and classicLoadBalancer.");
        if (entry is RecordEntry && !side.Targets.IsEmpty)
            old.Fault("with a record as entry, its value says what the old targets are: name under old where their metrics come from, a targetGroup or a classicLoadBalancer, or leave old out.");
        if (side.Targets.Select(t => t.IsInstance).Distinct().Count() > 1) old.Fault("targets", "targets are instances or addresses, not both: a target group has one type.");
        return side;
    }

    private static OldTarget? ReadTarget(string text, YamlSection old)
    {
        if (text.Split(':') is [var id, var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            && (id.StartsWith("i-", StringComparison.Ordinal) || (id.Count(c => c == '.') == 3 && System.Net.IPAddress.TryParse(id, out _)))) return new(id, port);
        old.Fault("targets", $"{text} is not ADDRESS:PORT or INSTANCE-ID:PORT.");
        return null;
    }

    private static NewSide ReadNew(YamlSection section)
    {
        var side = new NewSide(section.Text("cluster") ?? "default", section.Required("service"), section.Text("targetGroup"));
        section.End();
        return side;
    }

    private static TestAccess ReadTest(YamlSection? section, Entry entry)
    {
        if (section is null) return new(entry is ListenerRuleEntry ? "X-Minato-Side" : null, "old", "new", null);
        var test = new TestAccess(section.Text("header") ?? (entry is ListenerRuleEntry ? "X-Minato-Side" : null), section.Text("old") ?? "old", section.Text("new") ?? "new", section.Text("host"));
        section.End();
        if (test.Old == test.New) section.Fault("old and new need different values of the header.");
        return test;
    }

    private static ImmutableArray<Stage> ReadStages(YamlSection root)
    {
        if (!root.Has("stages")) root.Fault("the plan needs stages.");
        var stages = root.Items("stages", MostStages).Select(i => ReadStage(root.Section(i, "a stage"))).ToImmutableArray();
        if (stages.IsEmpty) return [];
        var kinds = stages.Select(s => s.Kind).ToList();
        if (kinds[0] is not StageKind.Prepare) root.Fault("stages", "the first stage is prepare.");
        if (!kinds.SequenceEqual(kinds.Order())) root.Fault("stages", "stages come in the order prepare, test, weights, confirm, retire.");
        foreach (var twice in kinds.CountBy(k => k).Where(k => k.Key is not StageKind.Weight && k.Value > 1)) root.Fault("stages", $"there is one stage {twice.Key.ToString().ToLowerInvariant()}.");
        var weights = stages.Where(s => s.Kind is StageKind.Weight).Select(s => s.Weight).ToList();
        if (weights is not [.., 100]) root.Fault("stages", "the last weight is 100.");
        if (weights.Zip(weights.Skip(1)).Any(p => p.First >= p.Second)) root.Fault("stages", "weights rise from stage to stage.");
        return stages;
    }

    private static Stage ReadStage(YamlSection stage)
    {
        var kind = StageKind.Weight;
        if (stage.Has("weight") == stage.Has("stage")) stage.Fault("a stage has either a name (stage: prepare) or a weight (weight: 10).");
        if (stage.Text("stage") is { } name)
        {
            kind = name switch { "prepare" => StageKind.Prepare, "test" => StageKind.Test, "confirm" => StageKind.Confirm, "retire" => StageKind.Retire, _ => StageKind.Weight };
            if (kind is StageKind.Weight) stage.Fault($"there is no stage {name}, but prepare, test, confirm, retire.");
        }

        var weight = stage.Whole("weight", 0, 1, 100);
        var hold = stage.Time("hold", TimeSpan.Zero, TimeSpan.Zero, s_year);
        var read = new Stage(kind, weight, hold, stage.Flag("approval") || kind is StageKind.Confirm);
        stage.End();
        return read;
    }

    private static Gates ReadGates(YamlSection section)
    {
        var gates = new Gates { Alarms = section.Texts("alarms", MostAlarms) };
        if (section.Section("errors") is { } errors)
        {
            gates = gates with { Errors = new(errors.Number("worseBy", 1, 0, 100), errors.Whole("minimumRequests", 100, 1, int.MaxValue), errors.Number("confidence", 99, 80, 99.99)) };
            errors.End();
        }

        if (section.Section("latency") is { } latency)
        {
            var percentile = latency.Whole("percentile", 95, 50, 99);
            if (percentile is not (50 or 95 or 99)) latency.Fault("percentile", "percentile must be 50, 95 or 99.");
            gates = gates with
            {
                Latency = new(
                    percentile, latency.Number("slowerBy", 25, 0, 10_000), latency.Milliseconds("atLeast") ?? TimeSpan.Zero, latency.Milliseconds("atMost"),
                    latency.Whole("minimumRequests", 20, 1, int.MaxValue), latency.Number("confidence", 99, 80, 99.99)),
            };
            latency.End();
        }

        section.End();
        return gates;
    }

    private static TimeSpan? Milliseconds(this YamlSection section, string key) =>
        section.Has(key) ? TimeSpan.FromMilliseconds(section.Number(key, 0, 0, 600_000)) : null;

    private static ProbePlan ReadProbes(YamlSection section)
    {
        var probes = new ProbePlan(ReadPath(section, "path"), section.Number("perSecond", 2, 0.1, 50), section.Time("timeout", TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)));
        section.End();
        return probes;
    }

    private static TlsPlan ReadTls(YamlSection section)
    {
        var tls = new TlsPlan(
            section.Text("classicLoadBalancer"), section.Whole("port", 443, 1, 65535), section.Texts("protocols", 20), section.Texts("ciphers", 200),
            section.Required("newPolicy"), section.Flag("allowLoss"), section.Text("accessLog"));
        section.End();
        if (tls is { ClassicLoadBalancer: null, Ciphers.IsEmpty: true, AccessLog: null }) section.Fault("tls needs a classicLoadBalancer, or the protocols and ciphers of before, or an accessLog.");
        return tls;
    }

    private static Timing ReadTiming(YamlSection section)
    {
        var standard = new Timing();
        var timing = new Timing(
            section.Time("period", standard.Period, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            section.Time("patience", standard.Patience, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            section.Time("metricsDelay", standard.MetricsDelay, TimeSpan.Zero, TimeSpan.FromHours(1)));
        section.End();
        // CloudWatch keeps points below a minute at 1, 5, 10 and 30 seconds.
        if (timing.Period.TotalSeconds is not (1 or 5 or 10 or 30) && timing.Period.TotalSeconds % 60 != 0) section.Fault("period", "period must be 1s, 5s, 10s, 30s or full minutes.");
        return timing;
    }

    private static string ReadPath(YamlSection section, string key)
    {
        var path = section.Text(key) ?? "/";
        if (!path.StartsWith('/') || path.Any(c => c is < '!' or > '~')) section.Fault(key, $"{path} is not a path such as /health?full=1.");
        return path;
    }

    [GeneratedRegex("^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,22}[a-zA-Z0-9])?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameForm();

    /// <summary>By line, then as they were found.</summary>
    private sealed class NumericFirst : IComparer<string>
    {
        public static readonly NumericFirst Instance = new();

        public int Compare(string? x, string? y) => Line(x).CompareTo(Line(y));

        private static int Line(string? fault) => int.Parse((fault ?? "line 0:").AsSpan(5, (fault ?? "line 0:").IndexOf(':', StringComparison.Ordinal) - 5), NumberStyles.None, CultureInfo.InvariantCulture);
    }
}
