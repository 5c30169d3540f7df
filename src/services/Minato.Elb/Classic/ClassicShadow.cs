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
        foreach (var rule in plan.Rules) PutRule(tx, rule);
        PutCertificates(tx, plan);
        PutTargets(tx, classic, plan, now);
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

    private static void PutRule(Transaction tx, RuleState rule)
    {
        if (tx.Find(ElbTables.Rules, rule.Arn)?.Action.IsSameAs(rule.Action) is true) return;
        tx.Put(ElbTables.Rules, rule);
        foreach (var group in rule.Action.Forward?.Groups ?? []) tx.Put(ElbTables.Uses, new(new(rule.Arn, group.GroupArn), rule.BalancerArn));
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
        foreach (var target in plan.Targets) PutIfOther(tx, ElbTables.Targets, target.Key, target);
        var wanted = plan.Targets.Select(t => t.Key).ToHashSet();
        var until = classic.Drains ? now + TimeSpan.FromSeconds(classic.DrainSeconds) : now;
        foreach (var target in plan.Groups.SelectMany(g => tx.Where(ElbTables.TargetsByGroup, g.Arn)).Where(t => t.DrainUntil is null && !wanted.Contains(t.Key)).ToList())
        {
            tx.Put(ElbTables.Targets, target with { DrainUntil = until });
        }
    }

    private static void PutIfOther<TKey, TRecord>(Transaction tx, Table<TKey, TRecord> table, TKey key, TRecord record)
        where TKey : class, IComparable<TKey>
        where TRecord : class
    {
        if (!record.Equals(tx.Find(table, key))) tx.Put(table, record);
    }
}
