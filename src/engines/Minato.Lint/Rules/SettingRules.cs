using System.Globalization;
using Minato.Lint.Dockerfiles;

namespace Minato.Lint.Rules;

/// <summary>Rules of instructions that set something and run nothing.</summary>
internal static class SettingRules
{
    private static readonly string[] s_secretWords = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY", "CREDENTIAL"];

    public static void Check(Stage stage, Tell tell)
    {
        Once(stage, "HEALTHCHECK", "DL3012", tell);
        Once(stage, "CMD", "DL4003", tell);
        Once(stage, "ENTRYPOINT", "DL4004", tell);
        foreach (var instruction in stage.Instructions)
        {
            switch (instruction.Keyword)
            {
                case "WORKDIR": Directory(instruction, tell); break;
                case "EXPOSE": Ports(instruction, tell); break;
                case "CMD" or "ENTRYPOINT" when instruction.Json is null && instruction.Text.Length > 0: tell("DL3025", instruction.Line, $"{instruction.Keyword} is in shell form."); break;
                case "ENV": Environment(instruction, tell); break;
                case "ARG": Secrets(instruction, tell); break;
            }
        }
    }

    private static void Once(Stage stage, string keyword, string code, Tell tell)
    {
        foreach (var again in stage.Instructions.Where(i => i.Keyword == keyword).Skip(1)) tell(code, again.Line, $"This stage has a {keyword} before.");
    }

    private static void Directory(Instruction instruction, Tell tell)
    {
        var path = instruction.Text.Trim('"', '\'');
        if (!path.StartsWith('/') && !path.StartsWith('$') && !(path.Length > 1 && path[1] == ':')) tell("DL3000", instruction.Line, $"{path} is relative.");
    }

    private static void Ports(Instruction instruction, Tell tell)
    {
        foreach (var word in instruction.Words)
        {
            foreach (var number in word.Split('/')[0].Split('-').Where(n => n.Length > 0 && n.All(char.IsAsciiDigit)))
            {
                if (number.Length > 5 || int.Parse(number, CultureInfo.InvariantCulture) > 65535) tell("DL3011", instruction.Line, $"{number} is no port.");
            }
        }
    }

    private static void Environment(Instruction instruction, Tell tell)
    {
        Secrets(instruction, tell);
        var assignments = Words.Assignments(instruction.Text);
        foreach (var (name, value) in assignments)
        {
            var others = assignments.Where(a => a.Name != name).Select(a => a.Name);
            // A variable that extends itself has its old value: that is what is meant.
            if (value is not null && others.FirstOrDefault(o => Uses(value, o)) is { } other) tell("DL3044", instruction.Line, $"{name} uses {other}, which the same ENV sets.");
        }
    }

    private static void Secrets(Instruction instruction, Tell tell)
    {
        foreach (var (name, value) in Words.Assignments(instruction.Text))
        {
            if (s_secretWords.Any(w => name.Contains(w, StringComparison.OrdinalIgnoreCase)) && !name.EndsWith("_FILE", StringComparison.OrdinalIgnoreCase)
                && (instruction.Keyword == "ARG" || value is { Length: > 0 } && !value.StartsWith('/')))
                tell("DL3064", instruction.Line, $"{instruction.Keyword} {name} is kept in the image.");
        }
    }

    private static bool Uses(string value, string name)
    {
        for (var at = value.IndexOf('$', StringComparison.Ordinal); at >= 0; at = value.IndexOf('$', at + 1))
        {
            var rest = value.AsSpan(at + 1).TrimStart('{');
            if (rest.StartsWith(name, StringComparison.Ordinal) && (rest.Length == name.Length || !(char.IsAsciiLetterOrDigit(rest[name.Length]) || rest[name.Length] == '_'))) return true;
        }

        return false;
    }
}
