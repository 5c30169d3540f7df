using Minato.Elb.Planning;
using Minato.Platform;

namespace Minato.Elb.State;

/// <summary>Keeps what carries a Classic Load Balancer's traffic as its plan says, in the transaction that changes it.</summary>
internal static class ClassicShadow
{
    public static void Put(Transaction tx, ClassicState classic, DateTimeOffset now)
    {
        tx.Put(ElbTables.Classics, classic);
        var plan = ClassicPlanner.Plan(classic);
        var balancer = tx.Find(ElbTables.Balancers, classic.Arn);
        // Where it listens is the proxy's to change.
        tx.Put(ElbTables.Balancers, plan.Balancer with { Address = balancer?.Address ?? classic.Address, Moves = balancer?.Moves ?? 0 });
        RemoveListeners(tx, classic, plan);
        foreach (var group in plan.Groups) PutIfOther(tx, ElbTables.Groups, group.Arn, group);
        foreach (var listener in plan.Listeners) PutIfOther(tx, ElbTables.Listeners, listener.Arn, listener);
        PutTargets(tx, classic, plan, now); // Before rules let go of groups: what is known of an instance goes along to another group.
        foreach (var rule in plan.Rules) PutRule(tx, rule, plan);
        PutCertificates(tx, plan);
    }

    public static void Delete(Transaction tx, ClassicState classic)
    {
        RemoveListeners(tx, classic, null);
        tx.Delete(ElbTables.Balancers, classic.Arn);
        tx.Delete(ElbTables.Troubles, classic.Arn);
        tx.Delete(ElbTables.Classics, classic.Key);
    }

    private static void RemoveListeners(Transaction tx, ClassicState classic, ClassicPlan? plan)
    {
        foreach (var listener in tx.Where(ElbTables.ListenersByBalancer, classic.Arn).Where(l => plan?.Listeners.Any(w => w.Arn == l.Arn) is not true).ToList())
        {
            foreach (var rule in tx.Where(ElbTables.RulesByListener, listener.Arn).ToList()) RemoveRule(tx, rule, plan);
            foreach (var use in tx.Where(ElbTables.CertificatesByListener, listener.Arn).ToList()) tx.Delete(ElbTables.Certificates, use.Key);
            tx.Delete(ElbTables.Listeners, listener.Arn);
        }
    }

    private static void RemoveRule(Transaction tx, RuleState rule, ClassicPlan? plan)
    {
        foreach (var use in tx.Where(ElbTables.UsesByRule, rule.Arn).ToList())
        {
            tx.Delete(ElbTables.Uses, use.Key);
            if (plan?.Groups.Any(g => g.Arn == use.Key.GroupArn) is not true) RemoveGroup(tx, use.Key.GroupArn);
        }
        tx.Delete(ElbTables.Rules, rule.Arn);
    }

    private static void RemoveGroup(Transaction tx, string arn)
    {
        foreach (var key in tx.Keys(ElbTables.TargetsByGroup, arn).ToList())
        {
            tx.Delete(ElbTables.Targets, key);
            tx.Delete(ElbTables.Health, key);
        }
        tx.Delete(ElbTables.Groups, arn);
    }

    private static void PutRule(Transaction tx, RuleState rule, ClassicPlan plan)
    {
        if (tx.Find(ElbTables.Rules, rule.Arn)?.Action.IsSameAs(rule.Action) is true) return;
        tx.Put(ElbTables.Rules, rule);
        var groups = rule.Action.Forward?.Groups ?? [];
        foreach (var group in groups) tx.Put(ElbTables.Uses, new(new(rule.Arn, group.GroupArn), rule.BalancerArn));
        foreach (var use in tx.Where(ElbTables.UsesByRule, rule.Arn).Where(u => groups.All(g => g.GroupArn != u.Key.GroupArn)).ToList())
        {
            tx.Delete(ElbTables.Uses, use.Key);
            if (plan.Groups.All(g => g.Arn != use.Key.GroupArn)) RemoveGroup(tx, use.Key.GroupArn);
        }
    }

    private static void PutCertificates(Transaction tx, ClassicPlan plan)
    {
        foreach (var (listener, certificate) in plan.Certificates)
        {
            foreach (var use in tx.Where(ElbTables.CertificatesByListener, listener).Where(u => u.Key.CertificateArn != certificate).ToList()) tx.Delete(ElbTables.Certificates, use.Key);
            var key = new CertificateUseKey(listener, certificate, true);
            if (tx.Find(ElbTables.Certificates, key) is null) tx.Put(ElbTables.Certificates, new(key, plan.Balancer.Arn));
        }
    }

    private static void PutTargets(Transaction tx, ClassicState classic, ClassicPlan plan, DateTimeOffset now)
    {
        foreach (var target in plan.Targets.Where(t => !Stands(tx, t)))
        {
            var known = KnownHealth(tx, classic, target);
            tx.Put(ElbTables.Targets, target with { RegisteredAt = known?.RegisteredAt ?? target.RegisteredAt });
            if (known is not null) tx.Put(ElbTables.Health, known with { Key = target.Key });
        }
        var wanted = plan.Targets.Select(t => t.Key).ToHashSet();
        var until = classic.Drains ? now + TimeSpan.FromSeconds(classic.DrainSeconds) : now;
        foreach (var target in plan.Groups.SelectMany(g => tx.Where(ElbTables.TargetsByGroup, g.Arn)).Where(t => t.DrainUntil is null && !wanted.Contains(t.Key)).ToList())
        {
            tx.Put(ElbTables.Targets, target with { DrainUntil = until });
        }
    }

    /// <summary>What became of it since it was registered (that its instance stopped, and ran again) is not this plan's to say.</summary>
    private static bool Stands(Transaction tx, TargetState target) =>
        tx.Find(ElbTables.Targets, target.Key) is { DrainUntil: null } there && there.Address == target.Address && there.Zone == target.Zone;

    /// <summary>AWS: an instance is in service or not, whatever listeners there are: another group is told what one knows already.</summary>
    private static HealthState? KnownHealth(Transaction tx, ClassicState classic, TargetState target) =>
        tx.Where(ElbTables.TargetsByInstance, target.Key.Id)
            .Where(t => t is { DrainUntil: null, InstanceState: null } && t.Key != target.Key && tx.Find(ElbTables.Groups, t.Key.GroupArn) is { IsClassic: true } group && group.Home == classic.Key.Home && group.Name == classic.Key.Name)
            .Select(t => tx.Find(ElbTables.Health, t.Key) is { } health && health.RegisteredAt == t.RegisteredAt ? health : null)
            .FirstOrDefault(h => h is not null);

    private static void PutIfOther<TKey, TRecord>(Transaction tx, Table<TKey, TRecord> table, TKey key, TRecord record)
        where TKey : class, IComparable<TKey>
        where TRecord : class
    {
        if (!record.Equals(tx.Find(table, key))) tx.Put(table, record);
    }
}
