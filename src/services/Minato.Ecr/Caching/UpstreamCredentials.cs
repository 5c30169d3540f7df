using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Contracts.SecretsManager;
using Minato.Ecr.Images;
using Minato.Ecr.State;

namespace Minato.Ecr.Caching;

/// <summary>Reads what an upstream registry wants to hear from Secrets Manager: a secret with <c>username</c> and <c>accessToken</c>.</summary>
internal sealed class UpstreamCredentials(IServiceProvider rooms)
{
    /// <exception cref="SecretNotFoundException"/>
    /// <exception cref="UnableToAccessSecretException"/>
    /// <exception cref="UnableToDecryptSecretValueException"/>
    public async ValueTask<(string User, string Password)?> FindAsync(Home home, string? arn, CancellationToken ct)
    {
        if (arn is null) return null;
        if (rooms.GetService<ISecretsManager>() is not { } secrets) throw new UnableToAccessSecretException("Secrets Manager is not available.");
        try
        {
            var answer = await secrets.GetSecretValueAsync(new() { SecretId = arn }, Caller.ForService(home.AccountId, home.Region, "ecr.amazonaws.com"), ct);
            return JsonNodes.Parse(answer.SecretString ?? "") is { } json && Text(json, "username") is { } user && Text(json, "accessToken") is { } token
                ? (user, token)
                : throw new UnableToAccessSecretException("The ARN of the secret specified in the pull through cache rule does not hold the keys 'username' and 'accessToken'.");
        }
        catch (AwsException e) when (e.Code == "ResourceNotFoundException")
        {
            throw new SecretNotFoundException("The ARN of the secret specified in the pull through cache rule was not found. Update the secret ARN in the pull through cache rule and try again.");
        }
        catch (AwsException e) when (e.Code == "DecryptionFailure")
        {
            throw new UnableToDecryptSecretValueException("The secret is accessible but is unable to be decrypted. Verify the resource permissions and try again.");
        }
        catch (AwsException e) when (e is not UnableToAccessSecretException)
        {
            throw new UnableToAccessSecretException($"The secret is unable to be accessed. Verify the resource permissions for the secret and try again. {e.Message}");
        }
    }

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
