using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    // AWS: what an account has that never set anything, and the values each setting may take.
    private static readonly (SettingName Name, string Default, string[] Values)[] s_settings =
    [
        (SettingName.ServiceLongArnFormat, "enabled", ["enabled"]),
        (SettingName.TaskLongArnFormat, "enabled", ["enabled"]),
        (SettingName.ContainerInstanceLongArnFormat, "enabled", ["enabled"]),
        (SettingName.AwsvpcTrunking, "disabled", ["enabled", "disabled"]),
        (SettingName.ContainerInsights, "disabled", ["enabled", "disabled", "enhanced"]),
        (SettingName.FargateFIPSMode, "disabled", ["enabled", "disabled"]),
        (SettingName.TagResourceAuthorization, "off", ["on", "off"]),
        (SettingName.FargateTaskRetirementWaitPeriod, "7", ["0", "7", "14"]),
        (SettingName.GuardDutyActivate, "off", ["on", "off"]),
        (SettingName.DefaultLogDriverMode, "non-blocking", ["blocking", "non-blocking"]),
        (SettingName.FargateEventWindows, "disabled", ["enabled", "disabled"]),
    ];

    public Task<ListAccountSettingsResponse> ListAccountSettingsAsync(ListAccountSettingsRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var scope = AccountRegion.Of(caller);
        var principal = request.PrincipalArn ?? caller.PrincipalArn;
        var position = tokens.Position("ListAccountSettings", request.NextToken);
        var all = s_settings.Select(s => One(s.Name, s.Default)).OfType<Setting>()
            .Where(s => request.Name is null || s.Name == request.Name)
            .Where(s => request.Value is null || s.Value == request.Value)
            .OrderBy(Place, StringComparer.Ordinal)
            .Where(s => position is null || string.CompareOrdinal(Place(s), position) > 0);
        var (page, next) = tokens.Page("ListAccountSettings", all, request.MaxResults, Place);
        return Answer(new ListAccountSettingsResponse { Settings = page, NextToken = next });

        Setting? One(SettingName name, string usual)
        {
            var own = ecs.Find(EcsTables.Settings, new SettingKey(scope, principal, name.ToWire()));
            if (request.EffectiveSettings != true) return own is null ? null : ToWire(name, own.Value, principal);
            var account = ecs.Find(EcsTables.Settings, new SettingKey(scope, "", name.ToWire()));
            return ToWire(name, own?.Value ?? account?.Value ?? usual, principal);
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
        await PutSettingAsync(request.Name, request.Value, "", caller, ct);
        return new() { Setting = ToWire(request.Name, request.Value, $"arn:aws:iam::{caller.AccountId}:root") };
    }

    public async Task<DeleteAccountSettingResponse> DeleteAccountSettingAsync(
        DeleteAccountSettingRequest request, Caller caller, CancellationToken ct)
    {
        var principal = request.PrincipalArn ?? caller.PrincipalArn;
        var key = new SettingKey(AccountRegion.Of(caller), principal, request.Name.ToWire());
        var old = await store.UpdateAsync(ecs =>
        {
            var setting = ecs.Find(EcsTables.Settings, key);
            if (setting is not null) ecs.Delete(EcsTables.Settings, key);
            return setting;
        }, ct);
        return new() { Setting = ToWire(request.Name, old?.Value, principal) };
    }

    private async Task PutSettingAsync(SettingName name, string value, string principal, Caller caller, CancellationToken ct)
    {
        var allowed = s_settings.First(s => s.Name == name).Values;
        if (!allowed.Contains(value))
            throw new InvalidParameterException($"Invalid value for setting {name.ToWire()}. Valid values are: {string.Join(", ", allowed)}.");
        await store.UpdateAsync(
            ecs => ecs.Put(EcsTables.Settings, new SettingState { Key = new(AccountRegion.Of(caller), principal, name.ToWire()), Value = value }), ct);
    }

    private static Setting ToWire(SettingName name, string? value, string principal) =>
        new() { Name = name, Value = value, PrincipalArn = principal, Type = SettingType.User };
}
