using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.Ssm;
using Minato.Testing;

namespace Minato.Ssm.Tests;

public sealed class PolicyTests
{
    private readonly List<PutEventsRequestEntry> _told = [];

    private void Run(Func<World, ISsm, Task> test) => World.Run(1, world => test(world, world.Client<ISsm>()), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddSingleton<IEventbridge>(new EventbridgeClient(new Bus(_told))).AddSsm());

    private static PutParameterRequest Put(World w, string policies, ParameterTier tier = ParameterTier.Advanced) => new()
    {
        Name = "a", Value = "v", Type = ParameterType.String, Tier = tier,
        Policies = policies.Replace("SOON", w.Time.GetUtcNow().AddDays(3).ToString("O"), StringComparison.Ordinal).Replace("PAST", w.Time.GetUtcNow().AddDays(-3).ToString("O"), StringComparison.Ordinal),
    };

    private const string Expiration = """{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"SOON"}}""";
    private const string Notice = """{"Type":"ExpirationNotification","Version":"1.0","Attributes":{"Before":"1","Unit":"Days"}}""";
    private const string NoChange = """{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"36","Unit":"Hours"}}""";

    [Fact]
    public void A_parameter_is_deleted_when_it_expires_and_told_of_before() => Run(async (w, ssm) =>
    {
        await ssm.PutParameterAsync(Put(w, $"[{Expiration},{Notice}]"), w.Caller, default);
        var shown = (await ssm.DescribeParametersAsync(new(), w.Caller, default)).Parameters?[0].Policies ?? [];
        shown.Select(p => (p.PolicyType, p.PolicyStatus)).ShouldBe([("Expiration", "Pending"), ("ExpirationNotification", "Pending")]);
        await w.RunFor(TimeSpan.FromDays(2.1));
        Told("Parameter Store Policy Action").ShouldHaveSingleItem().ShouldContain("\"policy-type\":\"ExpirationNotification\"");
        await w.RestartAsync();
        await w.RunFor(TimeSpan.FromDays(1));
        await w.Throws<ParameterNotFound>(() => w.Client<ISsm>().GetParameterAsync(new() { Name = "a" }, w.Caller, default));
        Told("Parameter Store Change").Select(d => d.Split('"')[3]).ShouldBe(["Create", "Delete"]);
    });

    [Fact]
    public void Who_waits_for_a_change_waits_anew_after_each() => Run(async (w, ssm) =>
    {
        await ssm.PutParameterAsync(Put(w, $"[{NoChange}]"), w.Caller, default);
        await w.RunFor(TimeSpan.FromHours(30));
        await ssm.PutParameterAsync(new() { Name = "a", Value = "w", Overwrite = true }, w.Caller, default);
        await w.RunFor(TimeSpan.FromHours(30));
        Told("Parameter Store Policy Action").ShouldBeEmpty();
        await w.RunFor(TimeSpan.FromHours(7));
        Told("Parameter Store Policy Action").ShouldHaveSingleItem();
        (await ssm.DescribeParametersAsync(new(), w.Caller, default)).Parameters?[0].Policies?[0].PolicyStatus.ShouldBe("Finished");
    });

    [Theory]
    [InlineData("[" + Expiration + "]", ParameterTier.Standard, "ValidationException")]
    [InlineData("[" + Notice + "]", ParameterTier.Advanced, "IncompatiblePolicyException")]
    [InlineData("[" + Expiration + "," + Expiration + "]", ParameterTier.Advanced, "IncompatiblePolicyException")]
    [InlineData("""[{"Type":"Explosion","Version":"1.0","Attributes":{}}]""", ParameterTier.Advanced, "InvalidPolicyTypeException")]
    [InlineData("""[{"Type":"NoChangeNotification","Version":"1.0","Attributes":{"After":"x","Unit":"Days"}}]""", ParameterTier.Advanced, "InvalidPolicyAttributeException")]
    [InlineData("""[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"PAST"}}]""", ParameterTier.Advanced, "InvalidPolicyAttributeException")]
    [InlineData("nonsense", ParameterTier.Advanced, "InvalidPolicyAttributeException")]
    public void Policies_are_checked(string policies, ParameterTier tier, string code) => Run(async (w, ssm) =>
        (await w.Throws<AwsException>(() => ssm.PutParameterAsync(Put(w, policies, tier), w.Caller, default))).Code.ShouldBe(code));

    private List<string> Told(string type) => [.. _told.Where(t => t.DetailType == type).Select(t => t.Detail ?? "")];

    private sealed class Bus(List<PutEventsRequestEntry> told) : IAwsInvoker
    {
        public Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
            where TOut : IShape<TOut>
        {
            told.AddRange(((PutEventsRequest)request).Entries);
            return Task.FromResult((TOut)(object)new PutEventsResponse { FailedEntryCount = 0, Entries = [] });
        }
    }
}
