using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Templates;

/// <summary>What a template may only do when the caller says that he knows.</summary>
internal static class Capabilities
{
    // Types of IAM, with the property that names one.
    private static readonly Dictionary<string, string?> s_iam = new(StringComparer.Ordinal)
    {
        ["AWS::IAM::AccessKey"] = null, ["AWS::IAM::Group"] = "GroupName", ["AWS::IAM::InstanceProfile"] = "InstanceProfileName",
        ["AWS::IAM::ManagedPolicy"] = "ManagedPolicyName", ["AWS::IAM::Policy"] = null, ["AWS::IAM::Role"] = "RoleName", ["AWS::IAM::User"] = "UserName",
        ["AWS::IAM::UserToGroupAddition"] = null,
    };

    public static (Capability? Needed, IReadOnlyList<string> Types) Of(Template template)
    {
        var iam = template.Resources.Values.Where(r => s_iam.ContainsKey(r.Type)).ToList();
        if (iam.Count == 0) return (null, []);
        var named = iam.Any(r => s_iam[r.Type] is { } name && r.Properties.ContainsKey(name));
        return (named ? Capability.CapabilityNamedIam : Capability.CapabilityIam, [.. iam.Select(r => r.Type).Distinct()]);
    }

    /// <param name="allowsTransforms">AWS: a change set shows what came of transforms before anything happens.</param>
    public static void Demand(Template template, IReadOnlyCollection<Capability> given, bool allowsTransforms)
    {
        if (!allowsTransforms && template.Transforms.Length > 0 && !given.Contains(Capability.CapabilityAutoExpand)) throw Missing(Capability.CapabilityAutoExpand);
        var (needed, _) = Of(template);
        if (needed is Capability.CapabilityNamedIam && !given.Contains(Capability.CapabilityNamedIam)) throw Missing(Capability.CapabilityNamedIam);
        if (needed is Capability.CapabilityIam && !given.Contains(Capability.CapabilityIam) && !given.Contains(Capability.CapabilityNamedIam)) throw Missing(Capability.CapabilityIam);
    }

    private static InsufficientCapabilitiesException Missing(Capability capability) => new($"Requires capabilities : [{capability.ToWire()}]");
}
