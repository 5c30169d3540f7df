using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Minato.Migration.Plans;

/// <summary>A mapping of a plan file, read key by key; what nobody asked for is a fault. Faults are gathered with their lines.</summary>
internal sealed class YamlSection
{
    private readonly List<string> _faults;
    private readonly Dictionary<string, (YamlScalarNode Key, YamlNode Value)> _left = new(StringComparer.Ordinal);
    private readonly List<string> _known = [];
    private readonly Dictionary<string, YamlNode> _read = new(StringComparer.Ordinal);

    public YamlSection(YamlNode node, string name, List<string> faults)
    {
        (Node, Name, _faults) = (node, name, faults);
        if (node is not YamlMappingNode mapping)
        {
            if (!IsNothing(node)) Fault(node, $"{name} must be a mapping of keys to values.");
            return;
        }

        foreach (var (key, value) in mapping.Children)
        {
            if (key is YamlScalarNode { Value: { } text } scalar) _left[text] = (scalar, value);
            else Fault(key, "a key must be a word.");
        }
    }

    public YamlNode Node { get; }
    public string Name { get; }

    public void Fault(YamlNode at, string words) => _faults.Add(string.Create(CultureInfo.InvariantCulture, $"line {at.Start.Line}: {words}"));

    public void Fault(string words) => Fault(Node, words);

    /// <summary>Of a value that was read.</summary>
    public void Fault(string key, string words) => Fault(_read.GetValueOrDefault(key) ?? Node, words);

    public bool Has(string key) => _left.ContainsKey(key);

    public string? Text(string key)
    {
        if (Take(key) is not { } node) return null;
        if (node is YamlScalarNode { Value: { Length: > 0 } text }) return text;
        Fault(node, $"{key} must be a text.");
        return null;
    }

    public string Required(string key)
    {
        if (!Has(key)) Fault($"{Name} needs {key}.");
        return Text(key) ?? "";
    }

    public double Number(string key, double @default, double from, double to)
    {
        if (Take(key) is not { } node) return @default;
        if (node is YamlScalarNode { Value: { } text } && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= from && value <= to) return value;
        Fault(node, string.Create(CultureInfo.InvariantCulture, $"{key} must be a number from {from} to {to}."));
        return @default;
    }

    public int Whole(string key, int @default, int from, int to)
    {
        if (Take(key) is not { } node) return @default;
        if (node is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= from && value <= to) return value;
        Fault(node, string.Create(CultureInfo.InvariantCulture, $"{key} must be a whole number from {from} to {to}."));
        return @default;
    }

    public bool Flag(string key)
    {
        if (Take(key) is not { } node) return false;
        if (node is YamlScalarNode { Value: "true" or "false" } flag) return flag.Value is "true";
        Fault(node, $"{key} must be true or false.");
        return false;
    }

    public TimeSpan Time(string key, TimeSpan @default, TimeSpan from, TimeSpan to)
    {
        if (Take(key) is not { } node) return @default;
        if (node is YamlScalarNode { Value: { } text } && Durations.TryParse(text, out var value) && value >= from && value <= to) return value;
        Fault(node, $"{key} must be a time such as 30s, 10m, 2h or 1d, from {Durations.Show(from)} to {Durations.Show(to)}.");
        return @default;
    }

    public Uri? Url(string key)
    {
        if (Take(key) is not { } node) return null;
        if (node is YamlScalarNode { Value: { } text } && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        Fault(node, $"{key} must be a URL such as http://10.0.0.5:8080.");
        return null;
    }

    public ImmutableArray<string> Texts(string key, int most)
    {
        if (Take(key) is not { } node) return [];
        if (node is YamlSequenceNode list && list.Children.Count <= most && list.Children.All(c => c is YamlScalarNode { Value.Length: > 0 }))
            return [.. list.Children.Select(c => ((YamlScalarNode)c).Value ?? "")];
        Fault(node, string.Create(CultureInfo.InvariantCulture, $"{key} must be a list of at most {most} texts."));
        return [];
    }

    public IEnumerable<YamlNode> Items(string key, int most)
    {
        if (Take(key) is not { } node) return [];
        if (node is YamlSequenceNode list && list.Children.Count <= most) return list.Children;
        Fault(node, string.Create(CultureInfo.InvariantCulture, $"{key} must be a list of at most {most} entries."));
        return [];
    }

    /// <returns>Null when the key is not there.</returns>
    public YamlSection? Section(string key) => Take(key) is { } node ? new(node, key, _faults) : null;

    public YamlSection Section(YamlNode item, string name) => new(item, name, _faults);

    public YamlSection RequiredSection(string key)
    {
        if (!Has(key)) Fault($"{Name} needs {key}.");
        return Section(key) ?? new(new YamlMappingNode(), key, []);
    }

    /// <summary>To be called when all is read: what is left over is unknown.</summary>
    public void End()
    {
        foreach (var (key, (node, _)) in _left) Fault(node, $"{Name} has no key {key}, but {string.Join(", ", _known)}.");
    }

    private YamlNode? Take(string key)
    {
        _known.Add(key);
        if (!_left.Remove(key, out var found) || IsNothing(found.Value)) return null;
        return _read[key] = found.Value;
    }

    private static bool IsNothing(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };
}
