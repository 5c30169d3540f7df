using System.Globalization;

namespace Minato.Aws.Protocols;

/// <summary>Simple values written as text: in queries, headers, labels and XML.</summary>
internal static class TextValues
{
    public static bool Boolean(string? text) => text switch
    {
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ => throw new MalformedException($"'{Clip(text)}' is not a valid boolean."),
    };

    public static long Integer(string? text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? value : throw new MalformedException($"'{Clip(text)}' is not a valid integer.");

    public static double Number(string? text) => text switch
    {
        "NaN" => double.NaN,
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) => value,
        _ => throw new MalformedException($"'{Clip(text)}' is not a valid number."),
    };

    public static string Number(double value) => double.IsNaN(value) ? "NaN"
        : double.IsPositiveInfinity(value) ? "Infinity"
        : double.IsNegativeInfinity(value) ? "-Infinity" : value.ToString("R", CultureInfo.InvariantCulture);

    public static byte[] Blob(string? text)
    {
        try { return Convert.FromBase64String(text ?? ""); }
        catch (FormatException) { throw new MalformedException("Invalid base64 encoding."); }
    }

    private static string? Clip(string? text) => text is { Length: > 100 } ? text[..100] + "…" : text;
}
