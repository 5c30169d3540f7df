using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Minato.Ec2.Api;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Engines.Inside;
using Minato.Platform;

namespace Minato.Ec2.Inside;

/// <summary>The instance metadata service, both versions: answers an instance about itself, by the address that it asks from.</summary>
internal sealed partial class MetadataHandler(Store store, MetadataTokens tokens, InstanceRoles roles) : IInsideHandler
{
    private const string Token = "x-aws-ec2-metadata-token";
    private const string TokenSeconds = "x-aws-ec2-metadata-token-ttl-seconds";

    public async ValueTask<InsideAnswer> AnswerAsync(InsideRequest request, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Where(Ec2Tables.MachinesByAddress, request.Source).FirstOrDefault(m => m.Body is not null) is not { Body: { } body } machine) return Answer(404);
        if (!body.Metadata.IsOn) return Answer(403);
        if (VersionOf().Match(request.Path) is not { Success: true } version) return request.Path.Trim('/').Length == 0 ? Answer(200, "latest") : Answer(404);
        var path = version.Groups["rest"].Value;
        if (path is "/api/token") return Issue(request, machine, body);
        if (request.Method is not ("GET" or "HEAD")) return Answer(405);
        if (request.Headers.TryGetValue(Token, out var token) ? !tokens.IsGood(machine.Key.Id, token) : body.Metadata.NeedsToken) return Answer(401);
        return await ReadAsync(state, machine, body, path, ct);
    }

    private InsideAnswer Issue(InsideRequest request, MachineState machine, MachineBody body)
    {
        if (request.Method is not "PUT") return Answer(405);
        if (request.Headers.ContainsKey("x-forwarded-for")) return Answer(403); // AWS: somebody asks on behalf of somebody else.
        if (!request.Headers.TryGetValue(TokenSeconds, out var text) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < 1 or > MetadataTokens.LongestSeconds) return Answer(400);
        var headers = new Dictionary<string, string> { [TokenSeconds] = text }.ToFrozenDictionary(StringComparer.Ordinal);
        return Answer(200, tokens.Issue(machine.Key.Id, seconds)) with { Headers = headers, HopLimit = body.Metadata.HopLimit };
    }

    private async ValueTask<InsideAnswer> ReadAsync(Snapshot state, MachineState machine, MachineBody body, string path, CancellationToken ct)
    {
        var role = await roles.RoleAsync(machine, ct);
        var trimmed = path.Trim('/');
        if (role is { } held && trimmed == $"{MetadataTree.Credentials}/{held.Name}")
            return await roles.KeysAsync(machine, held.Arn, ct) is { } keys ? Answer(200, keys) : Answer(404);
        if (role is not null && trimmed is "meta-data/iam/info") return Answer(200, Info(machine, body));
        if (trimmed is "user-data") return UserData.Decode(body.UserData ?? "") is { Length: > 0 } data ? new(200, "application/octet-stream", data) : Answer(404);
        return FactsOf(state, machine, body, role?.Name) is { } facts && MetadataTree.Read(facts, path) is { } value ? Answer(200, value) : Answer(404);
    }

    private static string Info(MachineState machine, MachineBody body) => new JsonObject
    {
        ["Code"] = "Success", ["LastUpdated"] = InstanceRoles.Text(machine.LaunchedAt), ["InstanceProfileArn"] = body.ProfileArn,
        ["InstanceProfileId"] = "AIPA" + machine.Key.Id[2..].ToUpperInvariant(),
    }.ToJsonString();

    private static MetadataFacts? FactsOf(Snapshot state, MachineState machine, MachineBody body, string? role)
    {
        if (state.Find(Ec2Tables.Interfaces, machine.Key with { Id = body.InterfaceId }) is not { } nic
            || state.Find(Ec2Tables.Subnets, machine.Key with { Id = machine.SubnetId }) is not { } subnet
            || state.Find(Ec2Tables.Vpcs, machine.Key with { Id = machine.VpcId }) is not { } vpc) return null;
        var address = state.Where(Ec2Tables.AddressesByInterface, nic.Key.Id).FirstOrDefault()?.PublicIp;
        return new(machine, body, nic)
        {
            SubnetCidr = subnet.CidrBlock, VpcCidrs = [.. vpc.Ranges], ZoneId = subnet.AvailabilityZoneId, Role = role,
            DnsName = Ec2Api.DnsNameOf(nic.PrivateIpAddress, machine.Key.Region),
            GroupNames = [.. nic.Groups.Select(g => state.Find(Ec2Tables.SecurityGroups, machine.Key with { Id = g })?.Name ?? g)],
            Tags = Ec2Api.TagsOf(state, machine.Key),
            PublicIp = address, PublicName = address is not null && vpc is { EnableDnsHostnames: true, EnableDnsSupport: true } ? Ec2Api.PublicNameOf(address, machine.Key.Region) : null,
        };
    }

    private static InsideAnswer Answer(int status, string text = "") => new(status, "text/plain", Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(@"^/(latest|\d{4}-\d{2}-\d{2}|1\.0)(?<rest>/.*)?$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionOf();
}
