using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Minato.Cli.Output;

/// <summary>Readable on a terminal, plain in a pipe, JSON on request.</summary>
internal static class Screen
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static bool IsTerminal => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");

    public static void Error(string message)
    {
        if (Console.IsErrorRedirected) Console.Error.WriteLine($"minato: {message}");
        else AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(Console.Error) }).MarkupLineInterpolated($"[red]minato:[/] {message}");
    }

    /// <summary>What happens on the way to an answer: not to whoever reads the answer alone.</summary>
    public static void Aside(string text) => Console.Error.WriteLine(text);

    public static void Line(string text) => Console.WriteLine(text);

    public static void Title(string text)
    {
        if (IsTerminal) AnsiConsole.MarkupLineInterpolated($"\n[bold aqua]{text}[/]");
        else Console.WriteLine($"\n== {text}");
    }

    public static void Done(string text)
    {
        if (IsTerminal) AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {text}");
        else Console.WriteLine($"ok: {text}");
    }

    public static void Failed(string text)
    {
        if (IsTerminal) AnsiConsole.MarkupLineInterpolated($"[red]✗[/] {text}");
        else Console.WriteLine($"failed: {text}");
    }

    public static void Dim(string text)
    {
        if (IsTerminal) AnsiConsole.MarkupLineInterpolated($"[grey]{text}[/]");
        else Console.WriteLine(text);
    }

    /// <summary>The line of a terminal that shows how it goes now. It is never longer than one row: the next one would not cover it.</summary>
    public static void Progress(string text) => Console.Write($"\r\u001b[K{Fit(text, Console.WindowWidth - 1)}");

    /// <summary>Takes the line of progress away.</summary>
    public static void EndProgress()
    {
        if (IsTerminal) Console.Write("\r\u001b[K");
    }

    /// <param name="columns">0 or less where nobody knows.</param>
    internal static string Fit(string text, int columns) => columns > 0 && text.Length > columns ? $"{text[..(columns - 1)]}…" : text;

    public static void Json(JsonNode node) => Console.WriteLine(node.ToJsonString(Indented));

    /// <summary>A table with borders on a terminal; columns padded by blanks in a pipe.</summary>
    public static void Table(string[] headers, IReadOnlyList<string[]> rows)
    {
        if (IsTerminal)
        {
            var table = new Table { Border = TableBorder.Rounded };
            foreach (var header in headers) table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(header)}[/]")));
            foreach (var row in rows) table.AddRow([.. row.Select(c => new Text(c))]);
            AnsiConsole.Write(table);
            return;
        }
        var widths = headers.Select((h, i) => rows.Select(r => r[i].Length).Append(h.Length).Max()).ToArray();
        foreach (var row in rows.Prepend(headers)) Console.WriteLine(string.Join("  ", row.Select((c, i) => c.PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>When something happened, at the beginning of its line: with the day and the zone, for lines that are kept or are older.</summary>
    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
}
