using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Journal;

namespace Minato.Migration.Tests;

/// <summary>
/// Goal: a runner may die at any moment. Method: a migration is run again and again, and dies at the first, second, third … moment that
/// could matter: before and after every line of the journal, before and after every call that changes something. Each time another
/// runner takes up what is there, and everything ends as it would have.
/// </summary>
public sealed class RestartTests
{
    [Fact]
    public void A_death_at_any_moment_of_the_way_there_changes_nothing() => AtEveryMoment(async m =>
    {
        (await AliveAsync(m)).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        await WorldTests.OnlyTheNewSideAsync(m);
        m.Journal.Read().OfType<StepDone>().CountBy(d => d.Step).ShouldAllBe(d => d.Value == 1);
    });

    [Fact]
    public void A_death_at_any_moment_of_the_way_back_changes_nothing() => AtEveryMoment(async m =>
    {
        _ = SpoilAsync(m);
        (await AliveAsync(m)).ShouldBe(Outcome.Retreated, WorldTests.Story(m));
        (await m.WeightsAsync()).ShouldBe((100, 0));

        static async Task SpoilAsync(MigrationWorld m)
        {
            await m.UntilAsync(s => s.Weight == 50);
            m.NewErrors = 0.5;
        }
    });

    private static void AtEveryMoment(Func<MigrationWorld, Task> test) => AtEveryMoment(
        (m, around) => m.ElbOfRunner = Unlucky<IElasticLoadBalancingV2>.Around(m.Elb, around), MigrationWorld.Short, test).ShouldBeGreaterThan(60);

    /// <returns>At how many moments it died.</returns>
    internal static int AtEveryMoment(Action<MigrationWorld, Action<string, bool>> befall, string plan, Func<MigrationWorld, Task> test)
    {
        var moment = 0;
        for (var died = true; died; moment++)
        {
            died = false;
            var left = moment;
            MigrationWorld.Run(async m =>
            {
                m.Begin(plan);
                m.Journal.Around = (entry, _) => { if (entry is not (Sampled or Begun or Resumed)) Pass(); };
                befall(m, (name, _) => { if (!IsReading(name)) Pass(); });
                await test(m);
            });

            void Pass()
            {
                if (died || left-- > 0) return;
                died = true;
                throw new Death();
            }
        }

        return moment - 1;
    }

    private static bool IsReading(string name) => new[] { "Describe", "List", "Get" }.Any(p => name.StartsWith(p, StringComparison.Ordinal));

    /// <summary>Runs, and after a death another runs, a minute later.</summary>
    internal static async Task<Outcome> AliveAsync(MigrationWorld m)
    {
        while (true)
        {
            try
            {
                return await m.RunAsync();
            }
            catch (Death)
            {
                await m.World.RunFor(TimeSpan.FromMinutes(1));
                m.Write(new Resumed("somebody"));
            }
        }
    }
}
