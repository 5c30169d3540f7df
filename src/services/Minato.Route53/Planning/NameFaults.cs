using Minato.Engines.Dns;

namespace Minato.Route53.Planning;

/// <summary>What is wrong with a text that is no domain name, in Route 53's words.</summary>
internal static class NameFaults
{
    public static string Of(string text)
    {
        if (text.Length == 0) return Fatal("DomainNameEmpty", "Domain name is empty", text);
        foreach (var c in text)
            if (c is <= ' ' or > '~') return Fatal("UnsupportedCharacter", "Value contains unsupported characters", c.ToString());
        var labels = (text.EndsWith('.') ? text[..^1] : text).Split('.');
        if (labels.Any(l => l.Length == 0)) return Fatal("DomainLabelEmpty", "Domain label is empty", text);
        foreach (var label in labels)
        {
            if (DnsName.TryParse(label, out _)) continue;
            return label.Length > DnsName.MaxLabel ? Fatal("DomainLabelTooLong", "Domain label is too long", label)
                : Fatal("UnsupportedCharacter", "Value contains unsupported characters", label);
        }

        return Fatal("DomainNameTooLong", "Domain name is too long", text);
    }

    private static string Fatal(string code, string words, string what) => $"FATAL problem: {code} ({words}) encountered with '{what}'";
}
