namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>The definition needs a capability that the instance's agent does not have.</summary>
internal sealed class AttributeFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request)
    {
        foreach (var required in request.RequiredAttributes)
            if (!Has(instance, required)) return "ATTRIBUTE";
        return null;
    }

    private static bool Has(InstanceView instance, Attribute required)
    {
        foreach (var attribute in instance.Instance.Attributes)
            if (attribute.Name == required.Name && (required.Value is null || attribute.Value == required.Value)) return true;
        return false;
    }
}
