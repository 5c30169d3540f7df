using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.Shapes;

namespace Minato.Aws.Templates;

/// <summary>Properties of templates as requests of services, and answers of services as properties.</summary>
public static class TemplateShape
{
    /// <summary>Members by which a service knows a repeated call. No template names them.</summary>
    internal static readonly string[] Tokens = ["ClientToken", "ClientRequestToken", "IdempotencyToken", "CreatorRequestId", "CallerReference"];
    private static readonly string[] NotInTemplates = [.. Tokens, "DryRun", "MaxResults", "NextToken"];

    internal static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a template may and must give for a resource that this request makes.</summary>
    /// <param name="except">Members that templates do not have, or that CloudFormation finds a value for, as it does for names: then list them in <c>Properties</c> again.</param>
    public static ResourceTypeSchema SchemaOf<TRequest>(params string[] except)
        where TRequest : IShape<TRequest>
    {
        var members = TRequest.Schema.Members.Where(m => !NotInTemplates.Contains(Capital(m.Name), StringComparer.Ordinal)
            && !except.Contains(Capital(m.Name), StringComparer.Ordinal)).ToArray();
        return new()
        {
            Properties = [.. members.Select(m => m.Name is "TagSpecifications" ? "Tags" : Capital(m.Name)).Distinct(StringComparer.Ordinal)],
            Required = [.. members.Where(m => m.Required).Select(m => Capital(m.Name))],
            Tags = members.Any(m => m.Name is "TagSpecifications" || Capital(m.Name) is "Tags") ? "Tags" : null,
        };
    }

    /// <summary>The same with more properties.</summary>
    public static ResourceTypeSchema And(this ResourceTypeSchema schema, params string[] properties) =>
        schema with { Properties = [.. schema.Properties.Union(properties, StringComparer.Ordinal)] };

    /// <summary>Reads a request. Top-level properties that it has no member for are left out; deeper ones are refused.</summary>
    /// <param name="spelled">Properties whose names are not the members', at any depth.</param>
    /// <exception cref="TemplateValueException">A value is not of its kind, or a structure has no such member.</exception>
    internal static T Read<T>(JsonObject properties, Violations violations, IReadOnlyDictionary<string, string> spelled)
        where T : IShape<T>
    {
        var reader = new TemplateReader(properties, spelled) { Violations = violations };
        reader.Begin(T.Schema);
        return T.ReadMembers(reader);
    }

    internal static JsonObject Write(IShape shape, IReadOnlyDictionary<string, string> spelled) =>
        new TemplateWriter(spelled.ToDictionary(s => s.Value, s => s.Key, StringComparer.OrdinalIgnoreCase)).Write(shape);

    internal static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
