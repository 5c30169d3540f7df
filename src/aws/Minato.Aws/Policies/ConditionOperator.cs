using System.Collections.Frozen;
using System.Globalization;
using System.Net;

namespace Minato.Aws.Policies;

/// <summary>How the value of a request is compared with a value of a policy.</summary>
/// <param name="Fits">Policy's value, request's value, and where variables are found. Values that are not of the operator's kind fit nothing.</param>
/// <param name="IsNegated">Then the condition holds when no value fits.</param>
public sealed record ConditionOperator(Func<Pattern, string, AuthorizationContext, bool> Fits, bool IsNegated = false)
{
    private static readonly ConditionOperator s_equals = new((p, v, c) => p.EqualsTo(v, c, StringComparison.Ordinal));
    private static readonly ConditionOperator s_equalsIgnoreCase = new((p, v, c) => p.EqualsTo(v, c, StringComparison.OrdinalIgnoreCase));
    private static readonly ConditionOperator s_like = new((p, v, c) => p.Matches(v, c));
    private static readonly ConditionOperator s_arn = new(IsArnLike);
    private static readonly ConditionOperator s_address = new(IsInRange);
    private static readonly ConditionOperator s_number = Ordered(Number, order => order == 0);
    private static readonly ConditionOperator s_date = Ordered(Date, order => order == 0);

    private static readonly FrozenDictionary<string, ConditionOperator> s_all = new Dictionary<string, ConditionOperator>(StringComparer.Ordinal)
    {
        ["StringEquals"] = s_equals,
        ["StringNotEquals"] = Not(s_equals),
        ["StringEqualsIgnoreCase"] = s_equalsIgnoreCase,
        ["StringNotEqualsIgnoreCase"] = Not(s_equalsIgnoreCase),
        ["StringLike"] = s_like,
        ["StringNotLike"] = Not(s_like),
        ["NumericEquals"] = s_number,
        ["NumericNotEquals"] = Not(s_number),
        ["NumericLessThan"] = Ordered(Number, order => order < 0),
        ["NumericLessThanEquals"] = Ordered(Number, order => order <= 0),
        ["NumericGreaterThan"] = Ordered(Number, order => order > 0),
        ["NumericGreaterThanEquals"] = Ordered(Number, order => order >= 0),
        ["DateEquals"] = s_date,
        ["DateNotEquals"] = Not(s_date),
        ["DateLessThan"] = Ordered(Date, order => order < 0),
        ["DateLessThanEquals"] = Ordered(Date, order => order <= 0),
        ["DateGreaterThan"] = Ordered(Date, order => order > 0),
        ["DateGreaterThanEquals"] = Ordered(Date, order => order >= 0),
        ["Bool"] = s_equalsIgnoreCase,
        ["BinaryEquals"] = s_equals,
        ["IpAddress"] = s_address,
        ["NotIpAddress"] = Not(s_address),
        // AWS: the two names of each pair mean the same.
        ["ArnEquals"] = s_arn,
        ["ArnLike"] = s_arn,
        ["ArnNotEquals"] = Not(s_arn),
        ["ArnNotLike"] = Not(s_arn),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <returns>Null for a name that is no operator's.</returns>
    public static ConditionOperator? Find(string name) => s_all.GetValueOrDefault(name);

    private static ConditionOperator Not(ConditionOperator other) => other with { IsNegated = true };

    private static ConditionOperator Ordered<T>(Func<string, T?> read, Func<int, bool> isSo) where T : struct, IComparable<T> => new((pattern, value, context) =>
        pattern.Resolve(context) is { } text && read(text) is { } wanted && read(value) is { } given && isSo(given.CompareTo(wanted)));

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>ISO 8601, or seconds since 1970.</summary>
    private static DateTimeOffset? Date(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            return Math.Abs(seconds) < 253_402_300_800 / 2 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
    }

    /// <summary>AWS: each of the six parts is compared by itself, so that a star does not reach over a colon of the first five.</summary>
    private static bool IsArnLike(Pattern pattern, string value, AuthorizationContext context)
    {
        if (pattern.Resolve(context) is not { } text) return false;
        var (wanted, given) = (text.Split(':', 6), value.Split(':', 6));
        if (wanted.Length != 6 || given.Length != 6) return false;
        for (var i = 0; i < 6; i++)
        {
            if (!Pattern.Matches(wanted[i], given[i], StringComparison.Ordinal)) return false;
        }

        return true;
    }

    /// <summary>A range of addresses (CIDR), or one address.</summary>
    private static bool IsInRange(Pattern pattern, string value, AuthorizationContext context)
    {
        if (pattern.Resolve(context) is not { } text || !IPAddress.TryParse(value, out var address)) return false;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var start) || start.AddressFamily != address.AddressFamily) return false;
        var bits = start.GetAddressBytes().Length * 8;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits) || bits > start.GetAddressBytes().Length * 8)) return false;
        return Prefix(start, bits).SequenceEqual(Prefix(address, bits));
    }

    private static byte[] Prefix(IPAddress address, int bits)
    {
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - (i * 8), 0, 8));
        return bytes;
    }
}
