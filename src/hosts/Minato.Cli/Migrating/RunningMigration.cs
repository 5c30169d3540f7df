using Minato.Cli.Running;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using Minato.Migration.Running;

namespace Minato.Cli.Migrating;

/// <summary>A migration wired to real time, sockets and whoever answers the AWS APIs.</summary>
internal sealed class RunningMigration : IDisposable
{
    private readonly MigrationPlan _plan;
    private readonly HttpSender _http = new();
    private readonly Migrator _migrator;

    public RunningMigration(MigrationPlan plan, string planFile, AwsAccess aws)
    {
        _plan = plan;
        var access = new MigrationAws(aws.Elb, aws.ClassicElb, aws.Ecs, aws.Ec2, aws.CloudWatch, aws.Route53, aws.Caller, aws.GlobalCaller);
        _migrator = new(plan, Path.GetDirectoryName(planFile) ?? "", access, _http, TimeProvider.System);
    }

    public Task<(bool IsFine, IReadOnlyList<string> Lines)> CheckAsync(CancellationToken ct) => _migrator.CheckAsync(ct);

    public async Task<Outcome> RunAsync(IJournal journal, MigrationOutput output, CancellationToken ct)
    {
        var runner = _migrator.Runner(journal);
        runner.Turned += (state, gates, decision) => output.Show(_plan, state, gates, decision, TimeProvider.System.GetUtcNow());
        return (await runner.RunAsync(ct)).Outcome;
    }

    public void Dispose() => _http.Dispose();
}
