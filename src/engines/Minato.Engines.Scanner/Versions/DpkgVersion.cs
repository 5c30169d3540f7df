namespace Minato.Engines.Scanner.Versions;

/// <summary>Debian's order: epoch, upstream version, revision; a tilde sorts before everything, even the end.</summary>
internal static class DpkgVersion
{
    public static int Compare(string a, string b)
    {
        var left = Parts.Of(a);
        var right = Parts.Of(b);
        var epoch = Digits.Compare(left.Epoch, right.Epoch);
        if (epoch != 0) return epoch;
        var upstream = ComparePart(left.Upstream, right.Upstream);
        return upstream != 0 ? upstream : ComparePart(left.Revision, right.Revision);
    }

    private static int ComparePart(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (a.Length > 0 || b.Length > 0)
        {
            while ((a.Length > 0 && !char.IsAsciiDigit(a[0])) || (b.Length > 0 && !char.IsAsciiDigit(b[0])))
            {
                var order = Weight(a).CompareTo(Weight(b));
                if (order != 0) return order;
                // Equal weights are equal characters: neither is at its end or a digit here.
                a = a[1..];
                b = b[1..];
            }

            var number = Digits.Compare(Digits.Take(ref a), Digits.Take(ref b));
            if (number != 0) return number;
        }

        return 0;
    }

    // Letters before everything else, the end and digits before letters, the tilde before the end.
    private static int Weight(ReadOnlySpan<char> text) => text.Length == 0 || char.IsAsciiDigit(text[0]) ? 0
        : text[0] == '~' ? -1
        : char.IsAsciiLetter(text[0]) ? text[0]
        : text[0] + 256;

    private readonly ref struct Parts
    {
        public ReadOnlySpan<char> Epoch { get; private init; }
        public ReadOnlySpan<char> Upstream { get; private init; }
        public ReadOnlySpan<char> Revision { get; private init; }

        public static Parts Of(ReadOnlySpan<char> version)
        {
            version = version.Trim();
            var colon = version.IndexOf(':');
            var hasEpoch = colon > 0 && !version[..colon].ContainsAnyExceptInRange('0', '9');
            var rest = hasEpoch ? version[(colon + 1)..] : version;
            var dash = rest.LastIndexOf('-');
            return new()
            {
                Epoch = hasEpoch ? version[..colon] : "",
                Upstream = dash < 0 ? rest : rest[..dash],
                // A missing revision is the same as revision 0, and so is an empty one.
                Revision = dash < 0 ? "" : rest[(dash + 1)..],
            };
        }
    }
}
