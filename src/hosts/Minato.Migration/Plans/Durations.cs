using System.Globalization;

namespace Minato.Migration.Plans;

/// <summary>Times as people write them: a number and s, m, h or d.</summary>
internal static class Durations
{
    private const double Most = 1_000_000;

    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (text is not [.. var digits, 's' or 'm' or 'h' or 'd']) return text is "0";
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number is not (>= 0 and <= Most)) return false;
        value = text[^1] switch
        {
            'd' => TimeSpan.FromDays(number),
            'h' => TimeSpan.FromHours(number),
            'm' => TimeSpan.FromMinutes(number),
            _ => TimeSpan.FromSeconds(number),
        };
        return true;
    }

    public static string Show(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => "0s",
        { TotalDays: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#}d"),
        { TotalHours: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#}h"),
        { TotalMinutes: >= 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#}m"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#}s"),
    };
}
