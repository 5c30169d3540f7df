using Minato.Contracts.SecretsManager;
using Minato.Platform;

namespace Minato.SecretsManager.Planning;

/// <summary>Random passwords by the wishes of GetRandomPassword.</summary>
internal static class Passwords
{
    private const int DefaultLength = 32;
    private const string Lower = "abcdefghijklmnopqrstuvwxyz";
    private const string Upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private const string Digits = "0123456789";
    private const string Punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    public static string Make(GetRandomPasswordRequest wish, Ids ids)
    {
        var length = (int)(wish.PasswordLength ?? DefaultLength);
        var kinds = Kinds(wish).Select(k => string.Concat(k.Except(wish.ExcludeCharacters ?? ""))).Where(k => k.Length > 0).ToArray();
        if (kinds.Length == 0) throw new InvalidParameterException("The password can't be generated: every character is excluded.");
        var each = wish.RequireEachIncludedType ?? true;
        if (each && length < kinds.Length) throw new InvalidParameterException("Password length is too short based on the required types.");

        var all = string.Concat(kinds);
        var password = new char[length];
        for (var i = 0; i < length; i++)
        {
            var from = each && i < kinds.Length ? kinds[i] : all;
            password[i] = from[ids.Next(from.Length)];
        }

        // The required ones come first until they are shuffled in.
        for (var i = length - 1; i > 0; i--)
        {
            var j = ids.Next(i + 1);
            (password[i], password[j]) = (password[j], password[i]);
        }

        return new(password);
    }

    private static IEnumerable<string> Kinds(GetRandomPasswordRequest wish)
    {
        if (wish.ExcludeLowercase != true) yield return Lower;
        if (wish.ExcludeUppercase != true) yield return Upper;
        if (wish.ExcludeNumbers != true) yield return Digits;
        if (wish.ExcludePunctuation != true) yield return Punctuation;
        if (wish.IncludeSpace == true) yield return " ";
    }
}
