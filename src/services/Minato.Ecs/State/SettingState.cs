namespace Minato.Ecs.State;

/// <param name="PrincipalArn">Empty for the account's default.</param>
internal sealed record SettingKey(AccountRegion Scope, string PrincipalArn, string Name) : IComparable<SettingKey>
{
    public int CompareTo(SettingKey? other)
    {
        if (other is null) return 1;
        if (Scope.CompareTo(other.Scope) is not 0 and var byScope) return byScope;
        return string.CompareOrdinal(Name, other.Name) is not 0 and var byName
            ? byName : string.CompareOrdinal(PrincipalArn, other.PrincipalArn);
    }

    public override string ToString() => $"{Scope}/{Name}/{PrincipalArn}";
}

internal sealed record SettingState
{
    public required SettingKey Key { get; init; }
    public required string Value { get; init; }
}
