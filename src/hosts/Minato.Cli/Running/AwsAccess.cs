using System.CommandLine;
using Minato.Aws;

namespace Minato.Cli.Running;

/// <summary>
/// AWS APIs for commands that need nothing else: of the running Minato, or with <c>--endpoint-url</c> or <c>--aws</c> of whoever answers
/// there, with the credentials of the environment.
/// </summary>
internal sealed class AwsAccess : AwsClients, IDisposable
{
    public static readonly Option<string?> EndpointUrl = new("--endpoint-url") { Description = "Another endpoint than the running Minato's, with the credentials of the environment.", HelpName = "URL" };
    public static readonly Option<bool> Aws = new("--aws") { Description = "AWS itself, with the credentials of the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), or else of the profile." };
    public static readonly Option<string?> Profile = new("--profile") { Description = "AWS itself, with the credentials and the region of a profile of the AWS CLI (default: AWS_PROFILE, or default).", HelpName = "NAME" };

    private const string GlobalRegion = "us-east-1";
    private readonly HttpClient? _http;
    private readonly MinatoClient? _minato;

    private AwsAccess(MinatoClient minato) : base(minato) => (_minato, Registry) = (minato, minato.Endpoint);

    private AwsAccess(HttpClient http, Func<string, Uri> endpoint, UserCredentials credentials, string region)
        : base(host => AwsClient.Renewing(http, endpoint(host), credentials.GetAsync, region, TimeProvider.System), new() { AccountId = "", Region = region, PrincipalArn = "" }) => (_http, Registry) = (http, endpoint("ecr"));

    /// <summary>Where images of the other side's registry may be named by its address.</summary>
    public Uri Registry { get; }

    /// <summary>As the caller of IAM and Route 53: AWS has one of each for all regions.</summary>
    public Caller GlobalCaller => _minato is null ? Caller with { Region = GlobalRegion } : Caller;

    /// <summary>Null when the other side may be anybody.</summary>
    public MinatoClient? Minato => _minato;

    public static void AddOptions(Command command)
    {
        command.Add(EndpointUrl);
        command.Add(Aws);
        command.Add(Profile);
    }

    public static AwsAccess Of(ParseResult parsed)
    {
        var region = RegionOf(parsed);
        if (IsAws(parsed)) return new(new(), host => Endpoint(host, region), UserCredentials.Of(parsed.GetValue(Profile)), region);
        if (parsed.GetValue(EndpointUrl) is not { } url) return new(new MinatoClient(new ServerFiles(parsed.DataDirectory()), region));
        if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint)) throw new UserException($"{url} is not a URL, such as https://ecs.{region}.amazonaws.com.");
        return new(new(), _ => endpoint, UserCredentials.Of(parsed.GetValue(Profile)), region);
    }

    /// <summary>What to add to a command that is shown, so that it asks the same side.</summary>
    public static string Argument(ParseResult parsed)
    {
        var profile = parsed.GetValue(Profile) is { } name ? $" --profile {name}" : "";
        if (parsed.GetValue(EndpointUrl) is { } url && !parsed.GetValue(Aws)) return $" --endpoint-url {url}{profile}";
        return profile.Length > 0 ? profile : parsed.GetValue(Aws) ? " --aws" : parsed.DataArgument();
    }

    /// <summary>Who answers, as options that say it whatever the environment is.</summary>
    public static string PlaceOf(ParseResult parsed)
    {
        var who = IsAws(parsed) ? "--aws" : parsed.GetValue(EndpointUrl) is { } url ? $"--endpoint-url {url}" : $"--data {parsed.DataDirectory()}";
        return $"{who} --region {RegionOf(parsed)}";
    }

    private static bool IsAws(ParseResult parsed) => parsed.GetValue(Aws) || (parsed.GetValue(Profile) is not null && parsed.GetValue(EndpointUrl) is null);

    // What is typed, then what the environment says, then what a profile says that was asked for.
    private static string RegionOf(ParseResult parsed) =>
        IsAws(parsed) && !Options.IsRegionKnown(parsed) && UserCredentials.RegionOf(parsed.GetValue(Profile)) is { } region ? region : parsed.GetRequiredValue(Options.Region);

    public void Dispose()
    {
        _minato?.Dispose();
        _http?.Dispose();
    }

    private static Uri Endpoint(string host, string region) => new(host is "iam" or "route53" ? $"https://{host}.amazonaws.com" : $"https://{host}.{region}.amazonaws.com");
}
