using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Minato.Lint.Dockerfiles;

/// <summary>Reads Dockerfiles as BuildKit does: directives, comments inside of continued lines, flags, exec and shell form, here-documents.</summary>
internal sealed partial class DockerfileParser
{
    public const int MaxLength = 1 << 20;
    private const int MaxInstructions = 10_000;
    private const int MaxDocuments = 50;

    private static readonly HashSet<string> s_keywords =
    [
        "FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT", "VOLUME", "USER", "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL",
    ];

    private readonly string[] _lines;
    private readonly List<Instruction> _instructions = [];
    private readonly List<(int, string)> _errors = [];
    private readonly List<string> _everywhere = [];
    private readonly List<string> _pragmas = [];
    private char _escape = '\\';
    private int _at;

    private DockerfileParser(string text) => _lines = text.TrimStart('\uFEFF').Split('\n');

    public static Dockerfile Parse(string text)
    {
        if (text.Length > MaxLength) return new() { Errors = [(0, $"The file has {text.Length} characters; {MaxLength} are read.")] };
        var parser = new DockerfileParser(text);
        parser.Directives();
        parser.All();
        return new()
        {
            Instructions = [.. parser._instructions], Stages = Stages(parser._instructions), Errors = [.. parser._errors], IgnoredEverywhere = [.. parser._everywhere],
        };
    }

    // Before anything else, one a line; the first line that is none ends them.
    private void Directives()
    {
        for (; _at < _lines.Length && Directive().Match(_lines[_at].TrimEnd('\r')) is { Success: true } directive; _at++)
        {
            var (name, value) = (directive.Groups["name"].Value.ToLowerInvariant(), directive.Groups["value"].Value.Trim());
            if (name is not ("syntax" or "escape" or "check")) break;
            if (name == "escape" && value is "\\" or "`") _escape = value[0];
            else if (name == "escape") _errors.Add((_at + 1, $"escape={value} is neither a backslash nor a backtick."));
        }
    }

    private void All()
    {
        while (_at < _lines.Length && _instructions.Count < MaxInstructions)
        {
            var line = _lines[_at].Trim();
            if (line.Length == 0) _at++;
            else if (line[0] == '#') Comment(_lines[_at++]);
            else Instruction();
        }
    }

    private void Comment(string line)
    {
        if (Pragma().Match(line) is not { Success: true } pragma) return;
        var codes = pragma.Groups["codes"].Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries);
        (pragma.Groups["global"].Success ? _everywhere : _pragmas).AddRange(codes);
    }

    private void Instruction()
    {
        var number = _at + 1;
        var text = Logical();
        string[] ignored = [.. _pragmas];
        _pragmas.Clear();
        if (Read(text, number) is { } instruction) _instructions.Add(Documents(instruction) with { Ignored = [.. ignored] });
    }

    /// <summary>The line with those it goes on in; comments and empty lines between them are no part of it.</summary>
    private string Logical()
    {
        var text = new StringBuilder();
        while (_at < _lines.Length)
        {
            var line = _lines[_at++].TrimEnd('\r');
            if (text.Length > 0 && line.AsSpan().Trim() is var inner && (inner.Length == 0 || inner[0] == '#')) continue;
            var trimmed = line.TrimEnd(' ', '\t');
            if (!trimmed.EndsWith(_escape)) return text.Append(line).ToString().Trim();
            text.Append(trimmed.AsSpan(0, trimmed.Length - 1));
        }

        return text.ToString().Trim();
    }

    private Instruction? Read(string text, int line, bool isLater = false)
    {
        var length = text.TakeWhile(c => !char.IsWhiteSpace(c)).Count();
        var (keyword, rest) = (text[..length].ToUpperInvariant(), text[length..].Trim());
        if (!s_keywords.Contains(keyword))
        {
            _errors.Add((line, $"{Shown(text[..length])} is no instruction of Dockerfiles."));
            return null;
        }

        if (rest.Length == 0 && keyword is not ("CMD" or "ENTRYPOINT"))
        {
            _errors.Add((line, $"{keyword} needs arguments."));
            return null;
        }

        var flags = ImmutableArray.CreateBuilder<InstructionFlag>();
        if (keyword is "FROM" or "RUN" or "COPY" or "ADD" or "HEALTHCHECK")
        {
            while (FlagPattern().Match(rest) is { Success: true } flag)
            {
                flags.Add(new(flag.Groups["name"].Value, flag.Groups["value"].Value.Trim('"')));
                rest = rest[flag.Length..].TrimStart();
            }
        }

        var json = keyword is "RUN" or "CMD" or "ENTRYPOINT" or "SHELL" or "COPY" or "ADD" or "VOLUME" ? Json(rest)
            : keyword is "HEALTHCHECK" && rest.StartsWith("CMD", StringComparison.OrdinalIgnoreCase) ? Json(rest[3..].Trim()) : null;
        var later = keyword == "ONBUILD" && !isLater ? Read(rest, line, isLater: true) : null;
        return new() { Keyword = keyword, Line = line, Text = rest, Flags = flags.ToImmutable(), Json = json, Later = later };
    }

    private Instruction Documents(Instruction instruction)
    {
        if (instruction.Keyword is not ("RUN" or "COPY" or "ADD") || instruction.Json is not null) return instruction;
        var documents = ImmutableArray.CreateBuilder<HereDocument>();
        foreach (var (word, isLiteral, stripsTabs) in HereWords(instruction.Text).Take(MaxDocuments))
        {
            var body = new StringBuilder();
            var isEnded = false;
            while (_at < _lines.Length)
            {
                var line = _lines[_at++].TrimEnd('\r');
                var stripped = stripsTabs ? line.TrimStart('\t') : line;
                isEnded = stripped == word;
                if (isEnded) break;
                body.Append(stripped).Append('\n');
            }

            if (!isEnded) _errors.Add((instruction.Line, $"The here-document {Shown(word)} does not end."));
            documents.Add(new(word, body.ToString(), isLiteral));
        }

        return instruction with { Documents = documents.ToImmutable() };
    }

    /// <summary>The words after <c>&lt;&lt;</c> outside of quotes; <c>&lt;&lt;&lt;</c> is none.</summary>
    private static IEnumerable<(string Word, bool IsLiteral, bool StripsTabs)> HereWords(string text)
    {
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else if (c == '\\' && quote == '"') i++;
            }
            else if (c is '"' or '\'') quote = c;
            else if (c == '\\') i++;
            else if (c == '<' && HereWord().Match(text, i) is { Success: true } here && here.Index == i)
            {
                yield return (here.Groups["word"].Value, here.Groups["quote"].Length > 0, here.Groups["dash"].Length > 0);
                i += here.Length - 1;
            }
            else if (c == '<')
            {
                while (i + 1 < text.Length && text[i + 1] == '<') i++;
            }
        }
    }

    private static ImmutableArray<string>? Json(string text)
    {
        if (!text.StartsWith('[')) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            var items = json.RootElement.EnumerateArray().ToList();
            return items.All(i => i.ValueKind is JsonValueKind.String) ? [.. items.Select(i => i.GetString() ?? "")] : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static ImmutableArray<Stage> Stages(List<Instruction> instructions)
    {
        var arguments = new Dictionary<string, string>(StringComparer.Ordinal);
        var stages = ImmutableArray.CreateBuilder<Stage>();
        var inside = new List<Instruction>();
        foreach (var instruction in instructions)
        {
            if (instruction.Keyword == "FROM")
            {
                if (stages.Count > 0) stages[^1] = stages[^1] with { Instructions = [.. inside] };
                inside.Clear();
                var words = instruction.Words;
                stages.Add(new()
                {
                    Index = stages.Count, From = instruction, Image = Expansion.Expand(words.FirstOrDefault() ?? "", arguments),
                    Name = words is [_, var @as, var name, ..] && @as.Equals("AS", StringComparison.OrdinalIgnoreCase) ? name : null,
                });
            }
            else if (stages.Count > 0) inside.Add(instruction);
            else if (instruction.Keyword == "ARG")
            {
                foreach (var (name, value) in Words.Assignments(instruction.Text)) if (value is not null) arguments[name] = Expansion.Expand(value, arguments);
            }
        }

        if (stages.Count > 0) stages[^1] = stages[^1] with { Instructions = [.. inside] };
        return stages.ToImmutable();
    }

    private static string Shown(string text) => string.Concat(text.Take(60).Select(c => char.IsControl(c) ? '?' : c));

    [GeneratedRegex(@"^#\s*(?<name>[A-Za-z]+)\s*=(?<value>.*)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Directive();

    [GeneratedRegex(@"^\s*#\s*(?:hadolint|minato)\s+(?<global>global\s+)?ignore\s*=\s*(?<codes>[A-Za-z0-9, -]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Pragma();

    [GeneratedRegex(@"^--(?<name>[a-z][a-z0-9-]*)(?:=(?<value>""[^""]*""|\S*))?(?=\s|$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FlagPattern();

    [GeneratedRegex(@"\G<<(?!<)(?<dash>-?)(?<quote>[""']?)(?<word>[A-Za-z_][A-Za-z0-9_.-]*)\k<quote>", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HereWord();
}
