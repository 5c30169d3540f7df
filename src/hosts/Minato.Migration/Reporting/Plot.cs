using System.Globalization;
using System.Net;
using System.Text;

namespace Minato.Migration.Reporting;

/// <summary>Two lines over time as SVG, with the axis of times they share with other plots.</summary>
internal sealed class Plot(DateTimeOffset from, DateTimeOffset to)
{
    private const double Width = 900;
    private const double Height = 190;
    private const double Left = 56;
    private const double Right = 12;
    private const double Top = 10;
    private const double Bottom = 24;
    private const int TimesShown = 6;

    public DateTimeOffset To => to;

    public string Draw(string title, string unit, IReadOnlyList<(DateTimeOffset At, double? Value)> old, IReadOnlyList<(DateTimeOffset At, double? Value)> @new)
    {
        var most = old.Concat(@new).Select(p => p.Value ?? 0).DefaultIfEmpty(0).Max();
        var top = Round(most);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<h2>{WebUtility.HtmlEncode(title)}</h2>\n<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(title)}, at most {most:0.##} {unit}\">\n");
        for (var i = 0; i <= 2; i++)
        {
            var y = Y(top * i / 2, top);
            svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{top * i / 2:0.##} {unit}</text>\n");
        }

        for (var i = 0; i <= TimesShown; i++)
        {
            var at = from + (to - from) * i / TimesShown;
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(at):0.#}\" y=\"{Height - 6}\" text-anchor=\"middle\">{at.UtcDateTime.ToString(to - from > TimeSpan.FromDays(1) ? "MM-dd HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture)}</text>\n");
        }

        Line(svg, "old", old, top);
        Line(svg, "new", @new, top);
        return svg.Append("</svg>\n").ToString();
    }

    // A gap in the numbers is a gap in the line; a number alone is a dot.
    private void Line(StringBuilder svg, string side, IReadOnlyList<(DateTimeOffset At, double? Value)> points, double top)
    {
        var run = new List<string>();
        foreach (var (at, value) in points.Where(p => p.At >= from && p.At <= to).Append((to, null)))
        {
            if (value is { } known)
            {
                run.Add(string.Create(CultureInfo.InvariantCulture, $"{X(at):0.#},{Y(known, top):0.#}"));
                continue;
            }

            if (run.Count > 1) svg.Append(CultureInfo.InvariantCulture, $"<polyline class=\"plot {side}\" points=\"{string.Join(' ', run)}\"/>\n");
            else if (run is [var only] && only.Split(',') is [var x, var y]) svg.Append(CultureInfo.InvariantCulture, $"<circle class=\"dot {side}\" cx=\"{x}\" cy=\"{y}\" r=\"2.5\"/>\n");
            run.Clear();
        }
    }

    private double X(DateTimeOffset at) => Left + (Width - Left - Right) * ((at - from) / (to - from));

    private static double Y(double value, double top) => Height - Bottom - (Height - Top - Bottom) * (value / top);

    /// <summary>The next of 1, 2 and 5 with zeros.</summary>
    private static double Round(double most)
    {
        if (most <= 0) return 1;
        var scale = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return (most / scale) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * scale;
    }
}
