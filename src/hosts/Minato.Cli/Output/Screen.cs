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

    public static string Ago(DateTimeOffset? then, DateTimeOffset now) => then is not { } t ? "-" : (now - t) switch
    {
        { TotalSeconds: < 90 } d => $"{d.TotalSeconds:0} s ago",
        { TotalMinutes: < 90 } d => $"{d.TotalMinutes:0} min ago",
        { TotalHours: < 48 } d => $"{d.TotalHours:0} h ago",
        _ => t.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
    };
}
