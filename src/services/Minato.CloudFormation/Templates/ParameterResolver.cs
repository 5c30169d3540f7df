using System.Globalization;
using System.Text.RegularExpressions;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Templates;

/// <summary>Which value each parameter has, by what was given, what it had, and its default; and whether it may.</summary>
internal static class ParameterResolver
{
    private const int LongestValue = 4096;
    private static readonly TimeSpan s_patternTime = TimeSpan.FromMilliseconds(100); // A pattern of a stranger must not run for ever.

    /// <param name="previous">Values that the stack has; null when there is none.</param>
    public static IReadOnlyDictionary<string, string> Resolve(
        Template template, IReadOnlyCollection<Parameter> given, IReadOnlyDictionary<string, string>? previous)
    {
        var byKey = new Dictionary<string, Parameter>(StringComparer.Ordinal);
        foreach (var parameter in given) byKey[parameter.ParameterKey ?? ""] = parameter;
        var unknown = byKey.Keys.Where(k => !template.Parameters.ContainsKey(k)).ToList();
        if (unknown.Count > 0) throw TemplateErrors.Validation($"Parameters: [{string.Join(", ", unknown)}] do not exist in the template");
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var definition in template.Parameters.Values)
        {
            if (ValueOf(definition, byKey.GetValueOrDefault(definition.Name), previous) is { } value) values[definition.Name] = value;
            else missing.Add(definition.Name);
        }
        if (missing.Count > 0) throw TemplateErrors.Validation($"Parameters: [{string.Join(", ", missing)}] must have values");
        foreach (var definition in template.Parameters.Values) Check(definition, values[definition.Name]);
        return values;
    }

    private static string? ValueOf(ParameterDefinition definition, Parameter? given, IReadOnlyDictionary<string, string>? previous)
    {
        if (given?.UsePreviousValue is not true) return given?.ParameterValue ?? definition.Default;
        if (given.ParameterValue is not null) throw TemplateErrors.Validation($"Invalid input for parameter key {definition.Name}. Cannot specify usePreviousValue as true and non empty value for a parameter");
        return previous?.GetValueOrDefault(definition.Name)
            ?? throw TemplateErrors.Validation($"Invalid input for parameter key {definition.Name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template");
    }

    private static void Check(ParameterDefinition definition, string value)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(value) > LongestValue) throw TemplateErrors.Validation($"Parameter '{definition.Name}' must contain at most {LongestValue} bytes");
        if (definition.IsFromSsm) return; // AWS: constraints are those of the value there; it is checked as what it is used for.
        if (definition.Type is "Number" && !IsNumber(value)) throw TemplateErrors.Validation($"Parameter '{definition.Name}' must be a number.");
        if (definition.Type is "List<Number>" && !Evaluator.ListOf(value).All(IsNumber)) throw TemplateErrors.Validation($"Parameter '{definition.Name}' must be a list of numbers.");
        foreach (var item in definition.IsList ? Evaluator.ListOf(value) : [value])
        {
            if (definition.AllowedValues.Length > 0 && !definition.AllowedValues.Contains(item)) throw Broken(definition, "must be one of AllowedValues");
        }
        if (definition.MinLength is { } least && value.Length < least) throw Broken(definition, $"must contain at least {least} characters");
        if (definition.MaxLength is { } most && value.Length > most) throw Broken(definition, $"must contain at most {most} characters");
        if (IsNumber(value, out var number))
        {
            if (definition.MinValue is { } min && number < min) throw Broken(definition, $"must be a number not less than {min}");
            if (definition.MaxValue is { } max && number > max) throw Broken(definition, $"must be a number not greater than {max}");
        }
        if (definition.AllowedPattern is { } pattern && !(definition.IsList ? Evaluator.ListOf(value) : [value]).All(v => Matches(pattern, v, definition)))
            throw Broken(definition, $"must match pattern {pattern}");
    }

    // AWS: a description of the constraint takes the place of what is broken.
    private static Exception Broken(ParameterDefinition definition, string what) => TemplateErrors.Validation(definition.ConstraintDescription is { } said
        ? $"Parameter '{definition.Name}' failed to satisfy constraint: {said}" : $"Parameter '{definition.Name}' {what}");

    private static bool Matches(string pattern, string value, ParameterDefinition definition)
    {
        try
        {
            return Regex.IsMatch(value, $"^(?:{pattern})$", RegexOptions.CultureInvariant, s_patternTime);
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            throw TemplateErrors.Format($"Invalid AllowedPattern for parameter '{definition.Name}'");
        }
    }

    private static bool IsNumber(string text) => IsNumber(text, out _);

    private static bool IsNumber(string text, out decimal number) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
