using System.Text;
using System.Text.Json;

namespace Minato.Aws.Generator;

/// <summary>Writes an enum and its words on the wire.</summary>
internal static class EnumEmitter
{
    public static string Emit(string shape, JsonElement values)
    {
        var name = StructureEmitter.ClassName(shape);
        var words = values.EnumerateArray().Select(v => v.GetString() ?? "").ToArray();
        var members = Spell(words);
        var code = new StringBuilder($"public enum {name}\n{{\n");
        foreach (var member in members) code.Append($"    {member},\n");
        code.Append($"}}\n\npublic static class {name}Extensions\n{{\n");
        code.Append($"    internal static readonly Constraint Limits = new() {{ Values = [{string.Join(", ", words.Select(Names.Quote))}] }};\n");
        code.Append($"    public static string ToWire(this {name} value) => value switch\n    {{\n");
        for (var i = 0; i < words.Length; i++) code.Append($"        {name}.{members[i]} => {Names.Quote(words[i])},\n");
        code.Append("        _ => throw new ArgumentOutOfRangeException(nameof(value)),\n    };\n");
        code.Append($"    public static {name}? Parse(string text) => text switch\n    {{\n");
        for (var i = 0; i < words.Length; i++) code.Append($"        {Names.Quote(words[i])} => {name}.{members[i]},\n");
        return code.Append("        _ => null,\n    };\n}\n\n").ToString();
    }

    private static string[] Spell(string[] words)
    {
        var members = words.Select(Names.Pascal).ToArray();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < members.Length; i++)
            while (!seen.Add(members[i])) members[i] += "_";
        return members;
    }
}
