using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Minato.Aws.Signing;

namespace Minato.Cli.Running;

/// <summary>
/// Credentials of whoever types a command: of the environment, or of a profile as the AWS CLI has it. Keys of files are read again at every
/// request, since others renew them there; what a program gives is asked for again before it expires.
/// </summary>
internal sealed class UserCredentials
{
    private const string Missing = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) for this endpoint, or name a --profile of the AWS CLI.";
    private const string Default = "default";
    private static readonly TimeSpan s_early = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_unsaid = TimeSpan.FromMinutes(15);

    private readonly string? _profile;
    private readonly Lock _gate = new(); // Requests are made side by side, and one of them asks for all.
    private Task<(Credential Credential, DateTimeOffset Until)>? _asked;
    private (Credential Credential, DateTimeOffset Until)? _given;

    private UserCredentials(string? profile) => _profile = profile;

    /// <param name="profile">Null for the environment's, or else the profile that it names.</param>
    /// <exception cref="UserException">There are none.</exception>
    public static UserCredentials Of(string? profile)
    {
        if (profile is null && FromEnvironment() is not null) return new(null);
        var name = NameOf(profile);
        if (profile is not null && AwsFiles.Read(name).Count == 0) throw new UserException($"there is no profile {name} in ~/.aws/config or ~/.aws/credentials.");
        return new(name);
    }

    public static string? RegionOf(string? profile) => AwsFiles.Read(NameOf(profile)).GetValueOrDefault("region");

    /// <exception cref="UserException">There are none, or those that gave them have none any more.</exception>
    public async ValueTask<Credential> GetAsync(CancellationToken ct)
    {
        if (_profile is null) return FromEnvironment() ?? throw new UserException(Missing);
        var settings = AwsFiles.Read(_profile);
        if (KeysOf(settings.GetValueOrDefault("aws_access_key_id"), settings.GetValueOrDefault("aws_secret_access_key"), settings.GetValueOrDefault("aws_session_token")) is { } keys) return keys;
        var now = TimeProvider.System.GetUtcNow();
        Task<(Credential Credential, DateTimeOffset Until)> asked;
        lock (_gate)
        {
            if (_given is { } known && known.Until - s_early > now) return known.Credential;
            if (_asked is null or { IsCompleted: true }) _asked = AskAsync(settings.GetValueOrDefault("credential_process"), now, ct);
            asked = _asked;
        }

        try
        {
            var given = await asked;
            lock (_gate) _given = given;
            return given.Credential;
        }
        catch (UserException) when (_given is { } still && still.Until > now)
        {
            return still.Credential; // Good for some minutes yet, and then the program may answer again.
        }
    }

    private static string NameOf(string? profile) => profile ?? (Environment.GetEnvironmentVariable("AWS_PROFILE") is { Length: > 0 } named ? named : Default);

    private static Credential? FromEnvironment() => KeysOf(
        Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"), Environment.GetEnvironmentVariable("AWS_SESSION_TOKEN"));

    private static Credential? KeysOf(string? id, string? secret, string? token) =>
        string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret) ? null : new(id, secret, string.IsNullOrEmpty(token) ? null : token, "", "", "");

    // Roles, single sign-on and machines' own credentials are what the AWS CLI knows how to get.
    private async Task<(Credential Credential, DateTimeOffset Until)> AskAsync(string? program, DateTimeOffset now, CancellationToken ct)
    {
        var start = program is null
            ? new ProcessStartInfo("aws", ["configure", "export-credentials", "--format", "process", .. _profile is Default or null ? (string[])[] : ["--profile", _profile]])
            : new ProcessStartInfo("/bin/sh", ["-c", program]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        try
        {
            using var process = Process.Start(start) ?? throw new UserException(Missing);
            var error = process.StandardError.ReadToEndAsync(ct);
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            if (process.ExitCode != 0) throw new UserException($"the profile {_profile} gives no credentials: {(await error).Trim()}");
            return Read(output, now);
        }
        catch (Win32Exception e)
        {
            throw new UserException($"the profile {_profile} has no keys of its own, and the AWS CLI cannot be asked for them ({e.Message}): {Missing}");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new UserException($"what the profile {_profile} gives are no credentials: {e.Message}");
        }
    }

    private static (Credential, DateTimeOffset) Read(string output, DateTimeOffset now)
    {
        using var json = JsonDocument.Parse(output);
        var until = Text("Expiration") is { } expiration ? DateTimeOffset.Parse(expiration) : now + s_unsaid;
        return (KeysOf(Text("AccessKeyId"), Text("SecretAccessKey"), Text("SessionToken")) ?? throw new FormatException("AccessKeyId or SecretAccessKey is missing."), until);

        string? Text(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
