using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Ec2.State;

namespace Minato.Ec2.Inside;

/// <summary>Roles of instances, by their profiles, and keys of them: asked of STS when first wanted, and anew when their time runs short.</summary>
internal sealed class InstanceRoles(TimeProvider clock, IIam? iam = null, ISts? sts = null)
{
    private const int MostKept = 1000;
    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(30);
    private readonly ConcurrentDictionary<ResourceKey, (string RoleArn, Credentials Keys, DateTimeOffset From)> _keys = new();

    /// <returns>Null when it has none, or none that exists.</returns>
    public async ValueTask<(string Name, string Arn)?> RoleAsync(MachineState machine, CancellationToken ct)
    {
        if (iam is null || machine.Body?.ProfileArn is not { } profile) return null;
        var name = profile[(profile.LastIndexOf('/') + 1)..];
        try
        {
            var role = (await iam.GetInstanceProfileAsync(new() { InstanceProfileName = name }, As(machine), ct)).InstanceProfile.Roles.FirstOrDefault();
            return role is null ? null : (role.RoleName, role.Arn);
        }
        catch (NoSuchEntityException)
        {
            return await NamesakeAsync(iam, name, machine, ct);
        }
    }

    /// <summary>The console makes profile and role with one name: a role alone will do.</summary>
    private static async ValueTask<(string Name, string Arn)?> NamesakeAsync(IIam iam, string name, MachineState machine, CancellationToken ct)
    {
        try
        {
            var role = (await iam.GetRoleAsync(new() { RoleName = name }, As(machine), ct)).Role;
            return (role.RoleName, role.Arn);
        }
        catch (NoSuchEntityException)
        {
            return null;
        }
    }

    /// <returns>What the metadata service says of the keys; null when there is nobody to give them.</returns>
    public async ValueTask<string?> KeysAsync(MachineState machine, string roleArn, CancellationToken ct)
    {
        if (sts is null) return null;
        var now = clock.GetUtcNow();
        if (!_keys.TryGetValue(machine.Key, out var known) || known.RoleArn != roleArn || known.Keys.Expiration - RenewBefore <= now)
        {
            try
            {
                var answer = await sts.AssumeRoleAsync(new() { RoleArn = roleArn, RoleSessionName = machine.Key.Id }, As(machine), ct);
                if (answer.Credentials is not { } keys) return null;
                if (_keys.Count >= MostKept) Forget(now);
                _keys[machine.Key] = known = (roleArn, keys, now);
            }
            catch (AwsException e) when (e.IsClientFault)
            {
                // AWS's words when the role does not trust ec2.amazonaws.com.
                return new JsonObject
                {
                    ["Code"] = "AssumeRoleUnauthorizedAccess", ["LastUpdated"] = Text(now),
                    ["Message"] = $"EC2 cannot assume the role {roleArn[(roleArn.LastIndexOf('/') + 1)..]}. Please see documentation at https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting_iam-ec2.html#troubleshooting_iam-ec2_errors-info-doc.",
                }.ToJsonString();
            }
        }
        return new JsonObject
        {
            ["Code"] = "Success", ["LastUpdated"] = Text(known.From), ["Type"] = "AWS-HMAC", ["AccessKeyId"] = known.Keys.AccessKeyId,
            ["SecretAccessKey"] = known.Keys.SecretAccessKey, ["Token"] = known.Keys.SessionToken, ["Expiration"] = Text(known.Keys.Expiration),
        }.ToJsonString();
    }

    /// <summary>Keys that have ended are those of instances that are gone.</summary>
    private void Forget(DateTimeOffset now)
    {
        foreach (var (machine, known) in _keys)
            if (known.Keys.Expiration <= now) _keys.TryRemove(machine, out _);
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Caller As(MachineState machine) => Caller.ForService(machine.Key.AccountId, machine.Key.Region, "ec2.amazonaws.com");
}
