using System.Text;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ssm;

namespace Minato.Ec2.Templates;

/// <summary>AWS: the private half of a pair that a template makes becomes a parameter, named by the id of the pair. Of one that it imports nobody has it.</summary>
internal sealed class KeyPairType(IEc2 ec2, TimeProvider clock, ISsm? ssm = null) : Ec2Type("AWS::EC2::KeyPair", "key-pair", ec2, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["KeyFormat", "KeyName", "KeyType", "PublicKeyMaterial", "Tags"], Required = ["KeyName"], CreateOnly = ["KeyFormat", "KeyName", "KeyType", "PublicKeyMaterial"],
        Attributes = ["KeyFingerprint", "KeyPairId"], Identifiers = ["KeyName"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("KeyName", 255);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var asked = r.As<CreateKeyPairRequest>();
        if (r.Text("PublicKeyMaterial") is { } material)
        {
            await OnceAsync(() => Ec2.ImportKeyPairAsync(
                new() { KeyName = r.Name, PublicKeyMaterial = Encoding.UTF8.GetBytes(material), TagSpecifications = asked.TagSpecifications }, r.Caller, ct));
        }
        else await MakeWithParameterAsync(asked, r, ct);
        r.Id = r.Name;
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await PairAsync(r.Id, r, ct) is { KeyPairId: { } id }) await RetagAsync(r, id, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await DescribedOrNull(() => PairAsync(r.Id, r, ct)) is not { KeyPairId: { } id }) return;
        if (ssm is not null && !r.Has("PublicKeyMaterial")) await IfThereAsync(() => ssm.DeleteParameterAsync(new() { Name = ParameterOf(id) }, r.Caller, ct));
        await Ec2.DeleteKeyPairAsync(new() { KeyPairId = id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) => await PairAsync(r.Id, r, ct) is not { } pair ? null
        : r.Model(pair, ("KeyFingerprint", pair.KeyFingerprint), ("KeyPairId", pair.KeyPairId));

    /// <summary>A pair whose private half was lost on the way, as the parameter was not written, is of no use: it is made again.</summary>
    private async Task MakeWithParameterAsync(CreateKeyPairRequest asked, TemplateResource r, CancellationToken ct)
    {
        if (ssm is null) throw new ResourceFailedException("InvalidRequest", "There is no parameter store for the private key.");
        if (await DescribedOrNull(() => PairAsync(r.Name, r, ct)) is { KeyPairId: { } there })
        {
            var kept = await ssm.DescribeParametersAsync(new() { ParameterFilters = [new() { Key = "Name", Values = [ParameterOf(there)] }] }, r.Caller, ct);
            if (kept.Parameters is { IsDefaultOrEmpty: false }) return;
            await Ec2.DeleteKeyPairAsync(new() { KeyPairId = there }, r.Caller, ct);
        }
        var made = await Ec2.CreateKeyPairAsync(asked, r.Caller, ct);
        r.Id = r.Name; // Whatever follows, it is there.
        await ssm.PutParameterAsync(new() { Name = ParameterOf(made.KeyPairId ?? ""), Value = made.KeyMaterial ?? "", Type = ParameterType.SecureString }, r.Caller, ct);
    }

    private static string ParameterOf(string id) => $"/ec2/keypair/{id}";

    private async Task<KeyPairInfo?> PairAsync(string name, TemplateResource r, CancellationToken ct) =>
        (await Ec2.DescribeKeyPairsAsync(new() { KeyNames = [name] }, r.Caller, ct)).KeyPairs?.FirstOrDefault();
}
