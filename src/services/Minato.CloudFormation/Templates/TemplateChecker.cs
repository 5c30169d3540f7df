using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws.Templates;

namespace Minato.CloudFormation.Templates;

/// <summary>The resource types that there are.</summary>
internal sealed class TypeRegistry(IEnumerable<IResourceType> types)
{
    public const string Custom = "AWS::CloudFormation::CustomResource";

    private readonly Dictionary<string, IResourceType> _types = Index(types);

    public IEnumerable<string> Names => _types.Keys.Order(StringComparer.Ordinal);

    public IResourceType? Find(string name) =>
        _types.GetValueOrDefault(name) ?? (name.StartsWith("Custom::", StringComparison.Ordinal) ? _types.GetValueOrDefault(Custom) : null);

    /// <summary>AWS: everything about them is said by whoever stands behind them.</summary>
    public static bool IsCustom(string name) => name is Custom || name.StartsWith("Custom::", StringComparison.Ordinal);

    private static Dictionary<string, IResourceType> Index(IEnumerable<IResourceType> types)
    {
        var index = new Dictionary<string, IResourceType>(StringComparer.Ordinal);
        foreach (var type in types) index[type.TypeName] = type;
        return index;
    }
}

/// <summary>Checks what refers to what: all branches of all conditions.</summary>
internal sealed class TemplateChecker(TypeRegistry types)
{
    private static readonly ImmutableHashSet<string> s_pseudo =
        ["AWS::AccountId", "AWS::NotificationARNs", "AWS::NoValue", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix"];

    private static readonly string[] s_deletionPolicies = ["Delete", "Retain", "Snapshot", "RetainExceptOnCreate"];
    private static readonly string[] s_replacePolicies = ["Delete", "Retain", "Snapshot"];

    /// <exception cref="Minato.Aws.AwsException">Something is named that is not there.</exception>
    public void Check(Template template)
    {
        CheckTypes(template);
        CheckConditions(template);
        foreach (var resource in template.Resources.Values)
        {
            // AWS: functions stand here only with its language extensions.
            if (!template.HasLanguageExtensions && (Values.Function(resource.DeletionPolicy) ?? Values.Function(resource.UpdateReplacePolicy)) is not null)
                throw NoText(resource.DeletionPolicy is JsonObject ? "DeletionPolicy" : "UpdateReplacePolicy");
            CheckPolicies(resource, policy => Values.Function(policy) is null ? policy : null);
        }
        CheckReferences(template, "Resources", template.Resources.Values.SelectMany(r => References.In(r.Properties)), template.Resources.Values.SelectMany(r => r.DependsOn));
        CheckReferences(template, "Outputs", template.Outputs.Values.SelectMany(o => References.In(o.Value).Concat(References.In(o.ExportName))), []);
    }

    private void CheckTypes(Template template)
    {
        var unknown = template.Resources.Values.Select(r => r.Type).Where(t => types.Find(t) is null).Distinct().ToList();
        if (unknown.Count > 0) throw TemplateErrors.Format($"Unrecognized resource types: [{string.Join(", ", unknown)}]");
    }

    private static void CheckConditions(Template template)
    {
        var named = References.In(template.Conditions).Where(r => !s_pseudo.Contains(r.Name) && !template.Parameters.ContainsKey(r.Name)).Select(r => r.Name).Distinct().ToList();
        if (named.Count > 0)
            throw TemplateErrors.Format($"Unresolved dependencies [{string.Join(", ", named)}]. Cannot reference resources in the Conditions block of the template");
        CheckConditions(template, "Resources", template.Resources.Values.Select(r => r.Condition));
        CheckConditions(template, "Outputs", template.Outputs.Values.Select(o => o.Condition));
        foreach (var name in ConditionsIn(template.Resources.Values.Select(r => (JsonNode)r.Properties).Concat(template.Outputs.Values.Select(o => o.Value))))
        {
            if (!template.Conditions.ContainsKey(name)) throw TemplateErrors.Template($"unresolved condition dependency {name} in Fn::If");
        }
    }

    private static void CheckConditions(Template template, string section, IEnumerable<string?> names)
    {
        if (names.OfType<string>().FirstOrDefault(n => !template.Conditions.ContainsKey(n)) is { } unknown) throw TemplateErrors.UnresolvedCondition(section, unknown);
    }

    private static IEnumerable<string> ConditionsIn(IEnumerable<JsonNode?> nodes) => nodes.SelectMany(node => node switch
    {
        JsonObject map => (Values.Function(map) is ("Fn::If", JsonArray { Count: 3 } parts) && Values.Text(parts[0]) is { } name ? new[] { name } : [])
            .Concat(ConditionsIn(map.Select(p => p.Value))),
        JsonArray list => ConditionsIn(list),
        _ => [],
    });

    /// <param name="known">What a policy comes to; null where that is not known yet.</param>
    public void CheckPolicies(ResourceDefinition resource, Func<JsonNode?, JsonNode?> known)
    {
        CheckPolicy(resource, "DeletionPolicy", known(resource.DeletionPolicy), s_deletionPolicies);
        CheckPolicy(resource, "UpdateReplacePolicy", known(resource.UpdateReplacePolicy), s_replacePolicies);
    }

    private static Exception NoText(string policy) => TemplateErrors.Format($"Every {policy} member must be a string.");

    private void CheckPolicy(ResourceDefinition resource, string name, JsonNode? policy, string[] allowed)
    {
        if (policy is null) return;
        if (Values.Text(policy) is not { } text) throw NoText(name);
        if (!allowed.Contains(text)) throw TemplateErrors.Template($"Unrecognized {name} {text} for resource {resource.LogicalId}");
        if (text is "Snapshot" && types.Find(resource.Type)?.Schema.HasSnapshots is not true)
            throw TemplateErrors.Template($"resource {resource.LogicalId} does not support {(name is "DeletionPolicy" ? "deletion" : "update replace")} policy Snapshot");
    }

    /// <param name="dependsOn">Names that can only be those of resources.</param>
    private void CheckReferences(Template template, string section, IEnumerable<Reference> references, IEnumerable<string> dependsOn)
    {
        var unresolved = dependsOn.Where(d => !template.Resources.ContainsKey(d)).ToList();
        foreach (var (name, attribute, isSub) in references)
        {
            if (attribute is null)
            {
                if (!s_pseudo.Contains(name) && !template.Parameters.ContainsKey(name) && !template.Resources.ContainsKey(name)) unresolved.Add(name);
                continue;
            }
            if (!template.Resources.TryGetValue(name, out var resource))
                throw TemplateErrors.Template(isSub ? $"instance of Fn::Sub references invalid resource attribute {name}.{attribute}"
                    : $"instance of Fn::GetAtt references undefined resource {name}");
            if (!HasAttribute(resource.Type, attribute))
                throw TemplateErrors.Template($"resource {name} does not support attribute type {attribute} in Fn::GetAtt");
        }
        if (unresolved.Count > 0) throw TemplateErrors.Unresolved(section, unresolved.Distinct());
    }

    // A name that ends with a star stands for all that begin so: the outputs of a nested stack.
    private bool HasAttribute(string typeName, string attribute) => attribute.Length == 0 || TypeRegistry.IsCustom(typeName)
        || types.Find(typeName)?.Schema.Attributes.Any(a => a == attribute || (a.EndsWith('*') && attribute.StartsWith(a[..^1], StringComparison.Ordinal))) is true;
}
