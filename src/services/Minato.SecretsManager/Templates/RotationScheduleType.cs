using Minato.Aws.Templates;
using Minato.Contracts.SecretsManager;

namespace Minato.SecretsManager.Templates;

/// <summary>When and by which function a secret is rotated. Ref is the secret's ARN. The function is one that is there: making one is another service's.</summary>
internal sealed class RotationScheduleType(ISecretsManager secrets, TimeProvider clock) : ResourceHandler("AWS::SecretsManager::RotationSchedule", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<RotateSecretRequest>("RotateImmediately", "RotationLambdaARN")
        .And("HostedRotationLambda", "RotateImmediatelyOnUpdate", "RotationLambdaARN") with
    {
        CreateOnly = ["SecretId"], Attributes = ["Id"], Identifiers = ["Id"],
    };

    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["RotateImmediatelyOnUpdate"] = "RotateImmediately" };

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Has("HostedRotationLambda"))
            throw new ResourceFailedException("InvalidRequest", "HostedRotationLambda needs the transform AWS::SecretsManager-2020-07-23, which is not supported here: give a RotationLambdaARN.");
        if (await SecretAsync(r, r.Text("SecretId") ?? "", ct) is { RotationEnabled: true } there)
            throw new ResourceFailedException("AlreadyExists", $"A RotationSchedule already exists on the secret {there.ARN}. Two RotationSchedules cannot exist for a secret.");
        return "free";
    }

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) => ChangeAsync(r, ct);

    // The token makes a second call of one attempt the same rotation.
    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        r.Id = (await secrets.RotateSecretAsync(r.As<RotateSecretRequest>(), r.Caller, ct)).ARN ?? "";

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => secrets.CancelRotateSecretAsync(new() { SecretId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await SecretAsync(r, r.Id, ct) is not { RotationEnabled: true } secret) return null;
        var model = r.Model(secret, ("Id", r.Id));
        model.Properties["SecretId"] = r.Text("SecretId") ?? r.Id;
        return model;
    }

    private async Task<DescribeSecretResponse> SecretAsync(TemplateResource r, string id, CancellationToken ct) => await secrets.DescribeSecretAsync(new() { SecretId = id }, r.Caller, ct);
}
