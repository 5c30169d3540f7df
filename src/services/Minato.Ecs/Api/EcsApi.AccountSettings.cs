using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    /// <summary>Key of what holds for every user of the account that set nothing else.</summary>
    private const string WholeAccount = "";

    // AWS: what an account has that never set anything, and the values each setting may take. None: AWS sets it itself.
    private static readonly (SettingName Name, string Default, string[] Values)[] s_settings =
    [
        // Nobody can go back to the short format since 2021.
        (SettingName.ServiceLongArnFormat, "enabled", ["enabled"]),
        (SettingName.TaskLongArnFormat, "enabled", ["enabled"]),
        (SettingName.ContainerInstanceLongArnFormat, "enabled", ["enabled"]),
        (SettingName.AwsvpcTrunking, "disabled", ["enabled", "disabled"]),
        (SettingName.ContainerInsights, "disabled", ["enabled", "disabled", "enhanced"]),
        (SettingName.FargateFIPSMode, "disabled", ["enabled", "disabled"]),
        (SettingName.TagResourceAuthorization, "off", ["on", "off"]),
        (SettingName.FargateTaskRetirementWaitPeriod, "7", ["0", "7", "14"]),
        (SettingName.GuardDutyActivate, "off", []),
        (SettingName.DefaultLogDriverMode, "non-blocking", ["blocking", "non-blocking"]),
        (SettingName.FargateEventWindows, "disabled", ["enabled", "disabled"]),
    ];

    public Task<ListAccountSettingsResponse> ListAccountSettingsAsync(ListAccountSettingsRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var scope = AccountRegion.Of(caller);
        var principal = request.PrincipalArn ?? caller.PrincipalArn;
        var position = tokens.Position("ListAccountSettings", request.NextToken);
        var all = s_settings.Select(s => One(s.Name)).OfType<Setting>()
            .Where(s => request.Name is null || s.Name == request.Name)
            .Where(s => request.Value is null || s.Value == request.Value)
            .OrderBy(Place, StringComparer.Ordinal)
            .Where(s => position is null || string.CompareOrdinal(Place(s), position) > 0);
        var (page, next) = tokens.Page("ListAccountSettings", all, request.MaxResults, Place);
        return Answer(new ListAccountSettingsResponse { Settings = page, NextToken = next });

        Setting? One(SettingName name)
        {
            if (request.EffectiveSettings == true) return ToWire(name, Effective(ecs, scope, principal, name), principal);
            return ecs.Find(EcsTables.Settings, KeyOf(scope, principal, name)) is { } own ? ToWire(name, own.Value, principal) : null;
        }

        static string Place(Setting setting) => setting.Name?.ToWire() ?? "";
    }

    public async Task<PutAccountSettingResponse> PutAccountSettingAsync(PutAccountSettingRequest request, Caller caller, CancellationToken ct)
    {
        var principal = request.PrincipalArn ?? caller.PrincipalArn;
        await PutSettingAsync(request.Name, request.Value, principal, caller, ct);
        return new() { Setting = ToWire(request.Name, request.Value, principal) };
    }

    public async Task<PutAccountSettingDefaultResponse> PutAccountSettingDefaultAsync(
        PutAccountSettingDefaultRequest request, Caller caller, CancellationToken ct)
    {
        var root = RootOf(AccountRegion.Of(caller));
        await PutSettingAsync(request.Name, request.Value, root, caller, ct);
        return new() { Setting = ToWire(request.Name, request.Value, root) };
    }

    public async Task<DeleteAccountSettingResponse> DeleteAccountSettingAsync(
        DeleteAccountSettingRequest request, Caller caller, CancellationToken ct)
    {
        var principal = request.PrincipalArn ?? caller.PrincipalArn;
        var key = KeyOf(AccountRegion.Of(caller), principal, request.Name);
        var old = await store.UpdateAsync(ecs =>
        {
            var setting = ecs.Find(EcsTables.Settings, key);
            if (setting is not null) ecs.Delete(EcsTables.Settings, key);
            return setting;
        }, ct);
        return new() { Setting = ToWire(request.Name, old?.Value, principal) };
    }

    /// <summary>The caller's own setting, else the account's, else AWS's.</summary>
    private static string Effective(IReadState ecs, AccountRegion scope, string principal, SettingName name) =>
        (ecs.Find(EcsTables.Settings, KeyOf(scope, principal, name))
            ?? ecs.Find(EcsTables.Settings, new SettingKey(scope, WholeAccount, name.ToWire())))?.Value
        ?? s_settings.First(s => s.Name == name).Default;

    /// <summary>Container Insights of a new cluster that does not ask.</summary>
    private static string Insights(IReadState ecs, Caller caller) =>
        Effective(ecs, AccountRegion.Of(caller), caller.PrincipalArn, SettingName.ContainerInsights);

    private async Task PutSettingAsync(SettingName name, string value, string principal, Caller caller, CancellationToken ct)
    {
        var allowed = s_settings.First(s => s.Name == name).Values;
        if (allowed.Length == 0) throw new InvalidParameterException($"The setting {name.ToWire()} is managed by AWS and cannot be changed.");
        if (!allowed.Contains(value))
            throw new InvalidParameterException($"Invalid value for setting {name.ToWire()}. Valid values are: {string.Join(", ", allowed)}.");
        await store.UpdateAsync(
            ecs => ecs.Put(EcsTables.Settings, new SettingState { Key = KeyOf(AccountRegion.Of(caller), principal, name), Value = value }), ct);
    }

    // AWS: what the root user sets holds for everybody who set nothing.
    private static SettingKey KeyOf(AccountRegion scope, string principal, SettingName name) =>
        new(scope, principal == RootOf(scope) ? WholeAccount : principal, name.ToWire());

    private static string RootOf(AccountRegion scope) => $"arn:aws:iam::{scope.AccountId}:root";

    private static Setting ToWire(SettingName name, string? value, string principal) => new()
    {
        Name = name,
        Value = value,
        PrincipalArn = principal,
        Type = s_settings.First(s => s.Name == name).Values.Length == 0 ? SettingType.AwsManaged : SettingType.User,
    };
}
