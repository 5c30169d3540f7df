using System.Collections.Immutable;
using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Aws.Policies;
using Minato.Aws.Protocols;
using Minato.Aws.Shapes;
using Minato.Aws.Tests.Given;
using Minato.Contracts;

namespace Minato.Aws.Tests.Authorization;

/// <summary>One user with the policies of a test, and what it may do.</summary>
internal sealed class Asked : IPrincipalPolicies, IResourcePolicies
{
    public const string Account = "123456789012";
    public static readonly Caller Ann = new()
    {
        AccountId = Account, Region = "eu-west-1", PrincipalArn = $"arn:aws:iam::{Account}:user/team/ann", PrincipalId = "AIDAANN", SourceIp = "10.1.2.3", UserAgent = "aws-cli/2.9",
    };

    public static readonly Caller Session = new()
    {
        AccountId = Account, Region = "eu-west-1", PrincipalArn = $"arn:aws:sts::{Account}:assumed-role/web/task", PrincipalId = "AROAWEB:task", SourceIp = "10.1.2.3",
        Session = new() { IssuedAt = Noon.AddMinutes(-5), RoleArn = $"arn:aws:iam::{Account}:role/web", Tags = ImmutableSortedDictionary<string, string>.Empty.Add("Team", "blue") },
    };

    public static DateTimeOffset Noon => new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    public PrincipalPolicies Policies { get; set; } = new() { Principal = AuthorizationPrincipal.Of(Ann) };
    public ResourceFacts? Resource { get; set; }
    public string Service { get; set; } = "ecs";

    public PrincipalPolicies Find(Caller caller) => Policies with { Principal = AuthorizationPrincipal.Of(caller) };

    public ResourceFacts? Find(string arn) => Resource is { } facts && facts.Arn == arn ? facts : null;

    public static NamedPolicy Policy(string statements) =>
        new("policy", PolicyParser.Parse($$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""", PolicyKind.Identity));

    public static Asked With(params string[] statements) => new() { Policies = new() { Principal = AuthorizationPrincipal.Of(Ann), Identity = [Policy(string.Join(',', statements))] } };

    public static ServiceModel Model(string signingName) => AwsServices.All.First(s => s.SigningName == signingName);

    public ImmutableArray<AuthorizedAction> Decide(string service, IShape request, Caller? caller = null)
    {
        var model = Model(service);
        var operation = model.Find(request.GetType().Name[..^"Request".Length]) ?? throw new InvalidOperationException($"{service} has no {request.GetType().Name}.");
        return new Authorizer(this, [this], new FixedClock("2026-05-04T12:00:00Z")).Decide(caller ?? Ann, model, operation, request);
    }

    public bool Allows(string service, IShape request, Caller? caller = null) => Decide(service, request, caller).All(a => a.IsAllowed);

    /// <summary>What the client reads.</summary>
    public AwsException Refusal(string service, IShape request, ErrorStyle style, Caller? caller = null) =>
        Denial.Of(style, Model(service), caller ?? Ann, Decide(service, request, caller)[^1], new PageTokens("secret"u8));
}
