using System.CommandLine;
using Minato.Aws;
using Minato.Aws.Signing;

namespace Minato.Cli.Running;

/// <summary>
/// AWS APIs for commands that need nothing else: of the running Minato, or with <c>--endpoint-url</c> or <c>--aws</c> of whoever answers
/// there, with the credentials of the environment.
/// </summary>
internal sealed class AwsAccess : AwsClients, IDisposable
{
    public static readonly Option<string?> EndpointUrl = new("--endpoint-url") { Description = "Another endpoint than the running Minato's, with the credentials of the environment.", HelpName = "URL" };
    public static readonly Option<bool> Aws = new("--aws") { Description = "AWS itself, with the credentials of the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)." };

    private const string GlobalRegion = "us-east-1";
    private readonly HttpClient? _http;
    private readonly MinatoClient? _minato;

    private AwsAccess(MinatoClient minato) : base(minato) => (_minato, Registry) = (minato, minato.Endpoint);

    private AwsAccess(HttpClient http, Func<string, Uri> endpoint, Credential credential, string region)
        : base(host => new(http, endpoint(host), credential, region, TimeProvider.System), new() { AccountId = "", Region = region, PrincipalArn = "" }) => (_http, Registry) = (http, endpoint("ecr"));

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
    }

    public static AwsAccess Of(ParseResult parsed)
    {
        var region = parsed.GetRequiredValue(Options.Region);
        if (parsed.GetValue(Aws)) return new(new(), host => Endpoint(host, region), FromEnvironment(), region);
        if (parsed.GetValue(EndpointUrl) is not { } url) return new(new MinatoClient(new ServerFiles(parsed.DataDirectory()), region));
        if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint)) throw new UserException($"{url} is not a URL, such as https://ecs.{region}.amazonaws.com.");
        return new(new(), _ => endpoint, FromEnvironment(), region);
    }

    /// <summary>What to add to a command that is shown, so that it asks the same side.</summary>
    public static string Argument(ParseResult parsed) => parsed.GetValue(Aws) ? " --aws" : parsed.GetValue(EndpointUrl) is { } url ? $" --endpoint-url {url}" : parsed.DataArgument();

    public void Dispose()
    {
        _minato?.Dispose();
        _http?.Dispose();
    }

    private static Uri Endpoint(string host, string region) => new(host is "iam" or "route53" ? $"https://{host}.amazonaws.com" : $"https://{host}.{region}.amazonaws.com");

    private static Credential FromEnvironment()
    {
        var (id, secret) = (Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID"), Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY"));
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret)) throw new UserException("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) for this endpoint.");
        return new(id, secret, Environment.GetEnvironmentVariable("AWS_SESSION_TOKEN") is { Length: > 0 } token ? token : null, "", "", "");
    }
}
