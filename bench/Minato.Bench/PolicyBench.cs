using System.Diagnostics;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Contracts;
using Minato.Contracts.Ecs;

namespace Minato.Bench;

/// <summary>How long policies take to decide: a set of twenty statements, of which the last one counts, and a whole call with it.</summary>
internal sealed class PolicyBench : IPrincipalPolicies
{
    private const int Statements = 20;
    private const int Turns = 7;
    private const int OfATurn = 200_000;
    private static readonly Caller s_caller = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:sts::123456789012:assumed-role/web/task", SourceIp = "10.1.2.3" };
    private readonly PrincipalPolicies _policies;

    private PolicyBench(string condition)
    {
        var texts = Enumerable.Range(1, Statements).Select(i => i < Statements
            ? $$"""{"Effect":"{{(i % 5 == 0 ? "Deny" : "Allow")}}","Action":["s3:Get*","dynamodb:*Item{{i}}"],"Resource":"arn:aws:s3:::bucket-{{i}}/*"{{condition}}}"""
            : """{"Effect":"Allow","Action":["ecs:Describe*","ecs:List*"],"Resource":"arn:aws:ecs:*:*:service/*/web-*"}""");
        var document = PolicyParser.Parse($$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', texts)}}]}""", PolicyKind.Identity);
        _policies = new() { Principal = AuthorizationPrincipal.Of(s_caller), Identity = [new("twenty", document)] };
    }

    public PrincipalPolicies Find(Caller caller) => _policies;

    public static object Run()
    {
        const string address = ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}";
        return new
        {
            Statements,
            rows = new[]
            {
                Row("evaluation: the last statement allows", new PolicyBench("").Decide("arn:aws:ecs:eu-west-1:123456789012:service/prod/web-1")),
                Row("evaluation: none allows", new PolicyBench("").Decide("arn:aws:ecs:eu-west-1:123456789012:service/prod/api-1")),
                Row("evaluation: with conditions", new PolicyBench(address).Decide("arn:aws:ecs:eu-west-1:123456789012:service/prod/web-1")),
                Row("whole call: DescribeServices of a role", new PolicyBench("").Call(s_caller)),
                Row("whole call: DescribeServices of root", new PolicyBench("").Call(s_caller with { PrincipalArn = "arn:aws:iam::123456789012:root" })),
            },
        };
    }

    private Action Decide(string resource)
    {
        var set = new PolicySet { Identity = _policies.Identity };
        return () => PolicyEvaluation.Decide(set, new()
        {
            Principal = _policies.Principal, Action = "ecs:DescribeServices", Resource = resource, KeySource = key => CallerKeys.Values(s_caller, DateTimeOffset.UnixEpoch, key),
        });
    }

    private Action Call(Caller caller)
    {
        var service = AwsServices.All.First(s => s.SigningName is "ecs");
        var operation = service.Find("DescribeServices") ?? throw new InvalidOperationException();
        var authorizer = new Authorizer(this, [], TimeProvider.System);
        var request = new DescribeServicesRequest { Cluster = "prod", Services = ["web-1"] };
        return () => authorizer.Decide(caller, service, operation, request);
    }

    private static object Row(string name, Action once)
    {
        var turns = new List<double>();
        for (var turn = 0; turn <= Turns; turn++)
        {
            GC.Collect();
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < OfATurn; i++) once();
            var taken = Stopwatch.GetElapsedTime(start).TotalMicroseconds / OfATurn;
            if (turn > 0) turns.Add(taken); // The first one is for the compiler.
        }
        turns.Sort();
        return new { name, microseconds = turns[turns.Count / 2], least = turns[0], most = turns[^1] };
    }
}
