using System.Security.Cryptography;
using System.Text;

namespace Minato.Aws.Templates;

/// <summary>Names that CloudFormation gives: <c>stack-logical-1A2B3C4D5E6F</c>.</summary>
public static class PhysicalName
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private const int RandomLength = 12;
    private const int Separators = 2;

    /// <summary>The same for every attempt at one operation, another one for the next.</summary>
    /// <param name="longest">Of the type. Stack and logical id share what the random part leaves; what one does not need the other gets.</param>
    /// <param name="prefix">In place of the stack's name; empty for none.</param>
    public static string Of(ResourceRequest request, int longest, string? prefix = null)
    {
        var room = longest - RandomLength - Separators;
        var (stack, logical) = (prefix ?? request.StackName, request.LogicalResourceId);
        var forLogical = Math.Min(logical.Length, Math.Max(room / 2, room - stack.Length));
        var forStack = Math.Min(stack.Length, room - forLogical);
        return $"{stack[..forStack]}-{logical[..forLogical]}-{Random(request.ClientToken)}".TrimStart('-');
    }

    /// <summary>A token for a service of 32 hexadecimal digits, which all of them take.</summary>
    public static string Token(string clientToken) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(clientToken)))[..32];

    private static string Random(string clientToken)
    {
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"name {clientToken}"));
        return string.Create(RandomLength, digest, (into, bytes) =>
        {
            for (var i = 0; i < into.Length; i++) into[i] = Alphabet[bytes[i] % Alphabet.Length];
        });
    }
}

/// <summary>How a type's resources are called when a template does not say.</summary>
/// <param name="Property">Where a template says it.</param>
/// <param name="Longest">AWS's limit.</param>
/// <param name="IsLower">Capitals are refused.</param>
/// <param name="Prefix">In place of the stack's name; empty for none.</param>
public sealed record NameRule(string Property, int Longest, bool IsLower = false, string? Prefix = null)
{
    public string For(ResourceRequest request)
    {
        var name = PhysicalName.Of(request, Longest, Prefix);
        return IsLower ? name.ToLowerInvariant() : name;
    }
}
