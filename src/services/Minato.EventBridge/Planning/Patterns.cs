using System.Runtime.CompilerServices;
using Minato.Aws.EventPatterns;

namespace Minato.EventBridge.Planning;

/// <summary>Patterns of rules, read once for each text that the store holds.</summary>
internal static class Patterns
{
    private static readonly ConditionalWeakTable<string, EventPattern> s_read = [];

    /// <param name="text">Of a rule or archive: it was checked when it was put.</param>
    public static EventPattern Of(string text) => s_read.GetValue(text, EventPattern.Parse);
}
